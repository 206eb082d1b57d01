#include "world/real/dns_channel.h"

#include <memory>

#include <sys/time.h>

namespace rondo::world {
namespace {

constexpr int class_internet = 1;

void initialise_ares_once() {
  static const bool done = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  PROMISE(done);
}

}  // namespace

DnsChannel::DnsChannel(Loop& loop, const std::string& resolver, MailDns::Patience patience)
    : loop_(loop), timer_(loop) {
  initialise_ares_once();
  ares_options options{};
  options.timeout =
      static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(patience.timeout).count());
  options.tries = patience.tries;
  options.sock_state_cb = &on_socket;
  options.sock_state_cb_data = this;
  const int given = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel_, &options, given) != ARES_SUCCESS) {
    channel_ = nullptr;
    return;
  }
  if (resolver.empty()) return;
  if (ares_set_servers_ports_csv(channel_, resolver.c_str()) != ARES_SUCCESS) {
    ares_destroy(channel_);
    channel_ = nullptr;
  }
}

DnsChannel::~DnsChannel() {
  closing_ = true;
  if (channel_ != nullptr) ares_destroy(channel_);
}

Task<DnsAnswer> DnsChannel::ask(const std::string& name, DnsType type) {
  auto answer = wait_for<DnsAnswer>([&](Done<DnsAnswer> done) {
    auto question = std::make_unique<Question>(Question{this, std::move(done)});
    ares_query(channel_, name.c_str(), class_internet, static_cast<int>(type), &on_answer,
               question.release());  // comes back to on_answer, always and once
    set_timer();
  });
  co_return co_await answer;
}

void DnsChannel::on_socket(void* self, ares_socket_t socket, int readable, int writable) {
  auto& channel = *static_cast<DnsChannel*>(self);
  if (readable == 0 && writable == 0) return channel.loop_.unwatch(socket);
  const unsigned wanted = (readable != 0 ? unsigned{Loop::readable} : 0U) |
                          (writable != 0 ? unsigned{Loop::writable} : 0U);
  channel.loop_.watch(socket, wanted, [&channel, socket](unsigned ready) {
    channel.process((ready & Loop::readable) != 0 ? socket : ARES_SOCKET_BAD,
                    (ready & Loop::writable) != 0 ? socket : ARES_SOCKET_BAD);
  });
}

void DnsChannel::on_answer(void* question, int status, int, unsigned char* bytes, int length) {
  const std::unique_ptr<Question> owned(static_cast<Question*>(question));
  if (owned->channel->closing_) return;
  DnsAnswer answer{.status = status};
  if (bytes != nullptr && length > 0) answer.message.assign(bytes, bytes + length);
  // From the loop, because the task that goes on may ask this channel again.
  owned->channel->loop_.post(
      [done = owned->done, answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

void DnsChannel::process(ares_socket_t readable, ares_socket_t writable) {
  ares_process_fd(channel_, readable, writable);
  set_timer();
}

void DnsChannel::set_timer() {
  timeval storage{};
  const timeval* wait = ares_timeout(channel_, nullptr, &storage);
  if (wait == nullptr) return timer_.cancel();
  timer_.start(std::chrono::seconds{wait->tv_sec} + std::chrono::microseconds{wait->tv_usec},
               [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
}

}  // namespace rondo::world
