#include "world/real/mail_dns.h"

#include <array>
#include <map>
#include <thread>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/real/real_world.h"

namespace rondo::world {
namespace {

using namespace std::chrono_literals;

constexpr int type_a = 1;

std::string number16(unsigned number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

std::string encoded(const std::string& name) {
  std::string out;
  std::size_t begin = 0;
  while (begin < name.size()) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    out += static_cast<char>(end - begin);
    out += name.substr(begin, end - begin);
    begin = end + 1;
  }
  return out + '\0';
}

std::string mx(unsigned preference, const std::string& host) {
  return number16(preference) + encoded(host);
}

/// A name server that knows what the test tells it: records by "name/type"; names without any
/// record do not exist. A few names fail on purpose.
class TinyNameServer {
 public:
  explicit TinyNameServer(std::multimap<std::string, std::string> records)
      : records_(std::move(records)) {
    socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    PROMISE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    PROMISE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  TinyNameServer(const TinyNameServer&) = delete;
  TinyNameServer& operator=(const TinyNameServer&) = delete;
  ~TinyNameServer() {
    const sockaddr_in self = address_of_self();
    ::sendto(socket_, "", 0, 0, reinterpret_cast<const sockaddr*>(&self), sizeof(self));
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  [[nodiscard]] sockaddr_in address_of_self() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  void serve() {
    std::array<char, 1024> buffer;
    for (;;) {
      sockaddr_in from{};
      socklen_t size = sizeof(from);
      const ssize_t got = ::recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &size);
      if (got <= 0) return;
      const std::string answer = answer_to({buffer.data(), static_cast<std::size_t>(got)});
      if (answer.empty()) continue;
      ::sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  [[nodiscard]] std::string answer_to(const std::string& query) const {
    std::size_t at = 12;
    std::string name;
    while (at < query.size() && query[at] != '\0') {
      const auto length = static_cast<std::size_t>(query[at]);
      name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
      at += length + 1;
    }
    const std::string question = query.substr(12, at + 5 - 12);
    const int type = static_cast<unsigned char>(query[at + 2]);
    if (name == "silent.test") return {};
    constexpr unsigned answer_bits = 0x8180;
    unsigned code = 0;
    unsigned count = 0;
    std::string records;
    const auto [begin, end] = records_.equal_range(name + "/" + std::to_string(type));
    for (auto record = begin; record != end; ++record, ++count) {
      records += number16(0xc00c) + number16(static_cast<unsigned>(type)) + number16(1) +
                 number16(0) + number16(60) +
                 number16(static_cast<unsigned>(record->second.size())) + record->second;
    }
    const auto known = records_.lower_bound(name + "/");
    if (known == records_.end() || !known->first.starts_with(name + "/")) code = 3;
    if (name == "broken.test" || (name == "half.test" && type == type_a)) code = 2;
    return query.substr(0, 2) + number16(answer_bits | code) + number16(1) + number16(count) +
           number16(0) + number16(0) + question + records;
  }

  std::multimap<std::string, std::string> records_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::multimap<std::string, std::string> records() {
  const std::string v4 = "\x7f\x01\x01\x01";
  const std::string v6(16, '\1');
  return {{"shop.test/15", mx(20, "backup.shop.test")},
          {"shop.test/15", mx(10, "mail.shop.test")},
          {"null.test/15", mx(0, "")},
          {"old.test/1", v4},
          {"new.test/28", v6},
          {"empty.test/99", "something else"},
          {"half.test/99", "something else"}};
}

MailRoutes routes_of(const std::string& domain) {
  TinyNameServer server(records());
  RealWorld world;
  auto routes = world.run(world.view().network.mail_routes(domain, server.address()));
  REQUIRE(routes.has_value());
  return *routes;
}

std::string failure_of(const std::string& domain, const std::string& resolver) {
  Loop loop;
  MailDns dns(loop, {.timeout = 100ms, .tries = 2});
  std::string failure = "none";
  spawn(dns.mail_routes(domain, resolver), [&](Result<MailRoutes> routes) {
    if (!routes) failure = routes.error().code + " " + std::string(name_of(routes.error().kind));
    loop.stop();
  });
  if (failure == "none") loop.run();
  return failure;
}

TEST_CASE("mail exchangers come by preference") {
  const MailRoutes routes = routes_of("shop.test");
  CHECK(routes.domain_exists);
  REQUIRE(routes.exchangers.size() == 2);
  CHECK(routes.exchangers[0].host == "mail.shop.test");
  CHECK(routes.exchangers[0].preference == 10);
  CHECK(routes.exchangers[1].host == "backup.shop.test");
  CHECK_FALSE(routes.has_address);
}

TEST_CASE("a null MX says that there is no mail here") {
  const MailRoutes routes = routes_of("null.test");
  REQUIRE(routes.exchangers.size() == 1);
  CHECK(routes.exchangers[0].host == ".");
}

TEST_CASE("without MX an address will do, of either kind") {
  for (const std::string domain : {"old.test", "new.test"}) {
    const MailRoutes routes = routes_of(domain);
    CHECK(routes.domain_exists);
    CHECK(routes.exchangers.empty());
    CHECK(routes.has_address);
  }
}

TEST_CASE("a domain with nothing for mail exists; one that nobody registered does not") {
  const MailRoutes empty = routes_of("empty.test");
  CHECK(empty.domain_exists);
  CHECK_FALSE(empty.has_address);
  CHECK_FALSE(routes_of("nobody.test").domain_exists);
}

TEST_CASE("what cannot be a name does not exist") {
  CHECK_FALSE(routes_of(std::string(64, 'x') + ".test").domain_exists);
  CHECK_FALSE(routes_of("a..test").domain_exists);
}

TEST_CASE("a server that fails, says nothing, or is not there: transient R0034") {
  TinyNameServer server(records());
  CHECK(failure_of("broken.test", server.address()) == "R0034 transient");
  CHECK(failure_of("half.test", server.address()) == "R0034 transient");
  CHECK(failure_of("silent.test", server.address()) == "R0034 transient");
  CHECK(failure_of("shop.test", "127.0.0.1:9") == "R0034 transient");
  CHECK(failure_of("shop.test", "no address") == "R0034 permanent");
  CHECK(failure_of("shop.test", server.address()) == "none");
}

TEST_CASE("many questions at once share the server") {
  TinyNameServer server(records());
  RealWorld world;
  int found = 0;
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) {
    spawn(world.view().network.mail_routes("shop.test", server.address()),
          [&](const Result<MailRoutes>& routes) {
            found += routes && routes->exchangers.size() == 2 ? 1 : 0;
          });
  }
  const auto wait = [](Clock& clock, const int& done) -> Task<void> {
    for (int i = 0; i < 500 && done < count; ++i) co_await clock.sleep(10ms);
  };
  world.run(wait(world.view().clock, found));
  CHECK(found == count);
}

}  // namespace
}  // namespace rondo::world
