#include "world/real/http_client.h"

#include <unordered_map>
#include <vector>

#include <curl/curl.h>

#include "world/real/http_transfer.h"

namespace rondo::world {
namespace {

constexpr std::size_t spare_handles_max = 64;

void initialise_curl_once() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  PROMISE(done);
}

}  // namespace

class HttpClient::Implementation {
 public:
  explicit Implementation(Loop& loop) : loop_(loop), timer_(loop) {
    initialise_curl_once();
    multi_ = curl_multi_init();
    PROMISE(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections_per_host_max);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections_kept_max);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation();

  void begin(HttpRequest request, Done<Result<HttpResponse>> done);

 private:
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long wait_ms, void* self);

  CURL* take_handle();
  void act(curl_socket_t socket, int events);
  void finish_ended();

  Loop& loop_;
  Timer timer_;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, std::unique_ptr<HttpTransfer>> transfers_;
  std::vector<CURL*> spare_;
};

HttpClient::Implementation::~Implementation() {
  for (const auto& [handle, transfer] : transfers_) {
    curl_multi_remove_handle(multi_, handle);
    curl_easy_cleanup(handle);
  }
  for (CURL* handle : spare_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

CURL* HttpClient::Implementation::take_handle() {
  if (spare_.empty()) {
    CURL* fresh = curl_easy_init();
    PROMISE(fresh != nullptr);
    return fresh;
  }
  CURL* handle = spare_.back();
  spare_.pop_back();
  return handle;
}

void HttpClient::Implementation::begin(HttpRequest request, Done<Result<HttpResponse>> done) {
  CURL* handle = take_handle();
  transfers_[handle] = std::make_unique<HttpTransfer>(handle, std::move(request), std::move(done));
  PROMISE(curl_multi_add_handle(multi_, handle) == CURLM_OK);
}

int HttpClient::Implementation::on_socket(CURL*, curl_socket_t socket, int what, void* self,
                                          void*) {
  auto& client = *static_cast<Implementation*>(self);
  if (what == CURL_POLL_REMOVE) {
    client.loop_.unwatch(socket);
    return 0;
  }
  const unsigned wanted = ((what & CURL_POLL_IN) != 0 ? unsigned{Loop::readable} : 0U) |
                          ((what & CURL_POLL_OUT) != 0 ? unsigned{Loop::writable} : 0U);
  client.loop_.watch(socket, wanted, [&client, socket](unsigned ready) {
    int events = 0;
    if ((ready & Loop::readable) != 0) events |= CURL_CSELECT_IN;
    if ((ready & Loop::writable) != 0) events |= CURL_CSELECT_OUT;
    if ((ready & Loop::broken) != 0) events |= CURL_CSELECT_ERR;
    client.act(socket, events);
  });
  return 0;
}

int HttpClient::Implementation::on_timer(CURLM*, long wait_ms, void* self) {
  auto& client = *static_cast<Implementation*>(self);
  if (wait_ms < 0) {
    client.timer_.cancel();
    return 0;
  }
  // Zero too goes through the loop: curl must not be called from inside its own callback.
  client.timer_.start(std::chrono::milliseconds{wait_ms},
                      [&client] { client.act(CURL_SOCKET_TIMEOUT, 0); });
  return 0;
}

void HttpClient::Implementation::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  finish_ended();
}

void HttpClient::Implementation::finish_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;  // `message` is gone once the handle is removed
    const auto entry = transfers_.find(handle);
    PROMISE(entry != transfers_.end());
    const std::unique_ptr<HttpTransfer> transfer = std::move(entry->second);
    transfers_.erase(entry);
    auto outcome = std::move(*transfer).outcome(code);
    curl_multi_remove_handle(multi_, handle);
    if (spare_.size() < spare_handles_max) {
      curl_easy_reset(handle);  // it must not point into the transfer any more
      spare_.push_back(handle);
    } else {
      curl_easy_cleanup(handle);
    }
    // The task goes on from the loop: it may end what we are standing in.
    loop_.post([done = transfer->done(), outcome = std::move(outcome)]() mutable {
      done(std::move(outcome));
    });
  }
}

HttpClient::HttpClient(Loop& loop) : implementation_(std::make_unique<Implementation>(loop)) {}
HttpClient::~HttpClient() = default;

Task<Result<HttpResponse>> HttpClient::send(HttpRequest request) {
  CO_TRY(check_sendable(request));
  auto answer = wait_for<Result<HttpResponse>>([&](Done<Result<HttpResponse>> done) {
    implementation_->begin(std::move(request), std::move(done));
  });
  co_return co_await answer;
}

}  // namespace rondo::world
