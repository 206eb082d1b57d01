#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "world/network.h"
#include "world/real/request_parser.h"

namespace rondo::world {

class HttpListener;

using LoopExecutor = boost::asio::io_context::executor_type;
using LoopSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, LoopExecutor>;
using Instant = std::chrono::steady_clock::time_point;

/// One client of a server: reads a request, hands it to the handler, writes the answer, and again.
/// One request at a time: those sent ahead wait in the buffer or in the kernel, so answers come in
/// order and a client can occupy no more memory than one request. Lives as long as something of it
/// is under way.
class HttpConnection final
    : public boost::intrusive_ref_counter<HttpConnection, boost::thread_unsafe_counter> {
 public:
  HttpConnection(boost::intrusive_ptr<HttpListener> listener, LoopSocket socket, std::string peer);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  void start();
  void tick(Instant now);  ///< ends what took too long
  void finish();           ///< after the exchange under way; at once if there is none
  void close();

  std::size_t place = 0;  ///< in the listener's list; the listener's business

 private:
  enum class Phase {
    idle,  ///< between two requests
    header,
    body,
    handling,  ///< the handler has it; no deadline of ours
    writing,
    lingering,  ///< answered for good; what still comes is thrown away, else a reset would destroy
                ///< the answer
    closed,
  };
  class Buffer {
   public:
    [[nodiscard]] std::string_view bytes() const { return {bytes_.get() + begin_, end_ - begin_}; }
    void drop(std::size_t count);
    void drop_all() { begin_ = end_ = 0; }
    void added(std::size_t count) { end_ += count; }
    /// Room to read into; grows up to `size_max`, empty when that is full.
    boost::asio::mutable_buffer room(std::size_t size_max);
    void shrink();  ///< gives back what only a large body needed; call it when empty

   private:
    void move_to(std::size_t size);
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
  };

  void enter(Phase phase, Duration at_most);
  void read();
  void on_read(const boost::system::error_code& error, std::size_t count);
  void advance();  ///< as far as the bytes at hand go
  bool parse();    ///< false: more bytes are needed
  void begin_body();
  void handle();
  void answer(HttpResponse response);
  void refuse(int status, std::string_view code, std::string_view message);
  void write();
  void written();
  void linger();

  boost::intrusive_ptr<HttpListener> listener_;
  LoopSocket socket_;
  std::string peer_;
  Phase phase_ = Phase::idle;
  Instant deadline_{};
  Buffer buffer_;
  std::optional<RequestParser> parser_;
  std::string out_;       // head, and the body too if it is small; its memory is used again
  std::string out_body_;  // a large body, not copied
  std::size_t out_done_ = 0;
  bool reading_ = false;
  bool advancing_ = false;
  bool keep_alive_ = true;
  bool head_ = false;
};

}  // namespace rondo::world
