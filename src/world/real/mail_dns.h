#pragma once

#include <memory>
#include <string>

#include "world/network.h"
#include "world/real/loop.h"

namespace rondo::world {

/// `Network::mail_routes` by c-ares on the loop: MX first, A and AAAA only if there is none. Names
/// are asked as they are, without search domains. Each server gets `tries` of `timeout`, doubled
/// every time.
class MailDns {
 public:
  struct Patience {
    Duration timeout = std::chrono::milliseconds{1'500};
    int tries = 2;
  };

  explicit MailDns(Loop& loop) : MailDns(loop, Patience{}) {}
  MailDns(Loop& loop, Patience patience);
  ~MailDns();
  MailDns(const MailDns&) = delete;
  MailDns& operator=(const MailDns&) = delete;

  Task<Result<MailRoutes>> mail_routes(std::string domain, std::string resolver);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace rondo::world
