#include "world/real/http_connection.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/buffer.hpp>

#include "world/real/answer_text.h"
#include "world/real/http_listener.h"

namespace rondo::world {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

constexpr std::size_t buffer_bytes_first = 16U << 10;
constexpr std::size_t buffer_bytes_max = 64U << 10;
constexpr std::size_t body_bytes_copied_max = 16U << 10;  // beyond: sent from where it is
constexpr Duration linger_time = std::chrono::seconds{2};

}  // namespace

void HttpConnection::Buffer::drop(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) drop_all();
}

void HttpConnection::Buffer::move_to(std::size_t size) {
  std::unique_ptr<char[]> larger(
      new char[size]);  // not make_unique: zeroing it would be for nothing
  if (end_ > begin_) std::memcpy(larger.get(), bytes_.get() + begin_, end_ - begin_);
  bytes_ = std::move(larger);
  size_ = size;
  end_ -= std::exchange(begin_, 0);
}

asio::mutable_buffer HttpConnection::Buffer::room(std::size_t size_max) {
  if (size_ == 0) move_to(buffer_bytes_first);
  if (end_ == size_ && begin_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == size_ && size_ < size_max) move_to(std::min(size_ * 2, size_max));
  return {bytes_.get() + end_, size_ - end_};
}

void HttpConnection::Buffer::shrink() {
  if (size_ <= buffer_bytes_first) return;
  bytes_.reset();
  size_ = begin_ = end_ = 0;
}

HttpConnection::HttpConnection(boost::intrusive_ptr<HttpListener> listener, LoopSocket socket,
                               std::string peer)
    : listener_(std::move(listener)), socket_(std::move(socket)), peer_(std::move(peer)) {}

HttpConnection::~HttpConnection() { close(); }

void HttpConnection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  enter(Phase::idle, listener_->options().idle_timeout);
  read();
}

void HttpConnection::enter(Phase phase, Duration at_most) {
  phase_ = phase;
  deadline_ = std::chrono::steady_clock::now() + at_most;
}

void HttpConnection::tick(Instant now) {
  if (now < deadline_ || phase_ == Phase::handling || phase_ == Phase::closed) return;
  if (phase_ == Phase::header || phase_ == Phase::body) {
    return refuse(408, "R0037", "the request did not arrive in the time this server gives it");
  }
  if (phase_ == Phase::writing) {
    // It does not read: by a reset the kernel forgets what it still holds for it.
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  close();
}

void HttpConnection::finish() {
  keep_alive_ = false;
  if (phase_ == Phase::idle) close();
}

void HttpConnection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  error_code ignored;
  socket_.close(ignored);
  listener_->gone(*this);
}

void HttpConnection::read() {
  if (reading_) return;
  const auto room =
      buffer_.room(std::max(buffer_bytes_max, listener_->options().header_bytes_max + 1));
  if (room.size() == 0) {  // a chunk's size line or trailers without an end
    return refuse(400, "R0035", "this is not a well-formed HTTP request");
  }
  reading_ = true;
  socket_.async_read_some(
      room, [self = boost::intrusive_ptr<HttpConnection>(this)](
                const error_code& error, std::size_t count) { self->on_read(error, count); });
}

void HttpConnection::on_read(const error_code& error, std::size_t count) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (phase_ == Phase::lingering) {
    buffer_.drop_all();
    return read();
  }
  if (phase_ == Phase::writing)
    return;  // a refusal is going out: what came meanwhile is not wanted
  buffer_.added(count);
  advance();
}

void HttpConnection::advance() {
  if (advancing_) return;  // a handler answered at once: the loop below is still turning
  const boost::intrusive_ptr<HttpConnection> self(this);
  advancing_ = true;
  while (parse()) {
  }
  advancing_ = false;
  if (phase_ == Phase::idle || phase_ == Phase::header || phase_ == Phase::body) read();
}

bool HttpConnection::parse() {
  if (phase_ > Phase::body) return false;
  // RFC 9112 section 2.2: an empty line before a request is the leftover of an old client's last
  // one.
  while (phase_ == Phase::idle && buffer_.bytes().starts_with("\r\n")) buffer_.drop(2);
  if (buffer_.bytes().empty()) return false;
  if (phase_ == Phase::idle) {
    const ServeOptions& options = listener_->options();
    parser_.emplace(options.header_bytes_max, options.body_bytes_max);
    enter(Phase::header, options.header_timeout);
  }
  std::size_t used = 0;
  const auto state = parser_->take(buffer_.bytes(), used);
  buffer_.drop(used);
  switch (state) {
    case RequestParser::State::needs_more: return false;
    case RequestParser::State::header_done: begin_body(); return true;
    case RequestParser::State::complete: handle(); return true;
    case RequestParser::State::refused: break;
  }
  const auto& refusal = parser_->refusal();
  refuse(refusal.status, refusal.code, refusal.message);
  return false;
}

void HttpConnection::begin_body() {
  enter(Phase::body, listener_->options().body_timeout);
  if (!parser_->expects_continue() || parser_->is_http_1_0() || !buffer_.bytes().empty()) return;
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ignored;  // every answer before it was taken by the kernel, so these few bytes fit
  socket_.write_some(asio::buffer(go_on.data(), go_on.size()), ignored);
}

void HttpConnection::handle() {
  phase_ = Phase::handling;
  keep_alive_ = parser_->keep_alive() && !listener_->is_stopping();
  HttpRequest& request = parser_->request();
  request.peer = peer_;
  head_ = request.method == "HEAD";
  spawn(listener_->handler()(std::move(request)),
        [self = boost::intrusive_ptr<HttpConnection>(this)](HttpResponse response) {
          self->answer(std::move(response));
        });
}

void HttpConnection::answer(HttpResponse response) {
  if (phase_ == Phase::closed) return;
  out_.clear();
  out_body_.clear();
  out_done_ = 0;
  const AnswerFrame frame{
      .head = head_, .keep_alive = keep_alive_, .http_1_0 = parser_ && parser_->is_http_1_0()};
  append_head(out_, response, frame, listener_->date());
  if (!head_ && has_body(response.status)) {
    if (response.body.size() <= body_bytes_copied_max) {
      out_ += response.body;
    } else {
      out_body_ = std::move(response.body);
    }
  }
  enter(Phase::writing, listener_->options().body_timeout);
  write();
}

void HttpConnection::refuse(int status, std::string_view code, std::string_view message) {
  keep_alive_ = false;
  head_ = head_ || (parser_ && parser_->request().method == "HEAD");
  answer(refusal_answer(status, code, message));
}

void HttpConnection::write() {
  while (phase_ == Phase::writing && out_done_ < out_.size() + out_body_.size()) {
    const std::size_t from_head = std::min(out_done_, out_.size());
    const std::size_t from_body = out_done_ - from_head;
    const std::array parts{
        asio::buffer(out_.data() + from_head, out_.size() - from_head),
        asio::buffer(out_body_.data() + from_body, out_body_.size() - from_body)};
    error_code error;
    const std::size_t count = socket_.write_some(parts, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      socket_.async_wait(LoopSocket::wait_write,
                         [self = boost::intrusive_ptr<HttpConnection>(this)](const error_code&) {
                           self->write();  // an error shows in the write itself
                         });
      return;
    }
    if (error) return close();
    out_done_ += count;
    deadline_ = std::chrono::steady_clock::now() + listener_->options().body_timeout;
  }
  if (phase_ == Phase::writing) written();
}

void HttpConnection::written() {
  parser_.reset();
  out_body_ = {};
  if (!keep_alive_) return linger();
  enter(Phase::idle, listener_->options().idle_timeout);
  if (buffer_.bytes().empty()) buffer_.shrink();
  advance();
}

void HttpConnection::linger() {
  enter(Phase::lingering, linger_time);
  error_code ignored;
  socket_.shutdown(LoopSocket::shutdown_send, ignored);
  buffer_.drop_all();
  read();
}

}  // namespace rondo::world
