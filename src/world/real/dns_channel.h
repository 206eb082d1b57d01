#pragma once

#include <optional>
#include <string>
#include <vector>

#include <ares.h>

#include "world/network.h"
#include "world/real/loop.h"
#include "world/real/mail_dns.h"
#include "world/real/wait_for.h"

namespace rondo::world {

/// What one question was answered: a c-ares status and the raw message (RFC 1035 section 4).
struct DnsAnswer {
  int status = ARES_ESERVFAIL;
  std::vector<unsigned char> message{};
};

enum class DnsType : int { a = 1, mx = 15, aaaa = 28 };

/// Questions to one set of servers. Questions still open when it is destroyed are never answered.
class DnsChannel {
 public:
  /// `resolver` "host:port", host an IP address; empty: the machine's own. Not usable if `ready`
  /// says no.
  DnsChannel(Loop& loop, const std::string& resolver, MailDns::Patience patience);
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;
  ~DnsChannel();

  [[nodiscard]] bool ready() const { return channel_ != nullptr; }
  Task<DnsAnswer> ask(const std::string& name, DnsType type);

 private:
  struct Question {
    DnsChannel* channel;
    Done<DnsAnswer> done;
  };
  static void on_socket(void* self, ares_socket_t socket, int readable, int writable);
  static void on_answer(void* question, int status, int timeouts, unsigned char* bytes, int length);

  void process(ares_socket_t readable, ares_socket_t writable);
  void set_timer();

  Loop& loop_;
  Timer timer_;
  ares_channel channel_ = nullptr;
  bool closing_ = false;
};

}  // namespace rondo::world
