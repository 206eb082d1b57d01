#include "world/real/mail_dns.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "world/real/dns_channel.h"

namespace rondo::world {
namespace {

bool says_no_such_domain(const DnsAnswer& answer) {
  return answer.status == ARES_ENOTFOUND || answer.status == ARES_EBADNAME;
}

bool says_none_of_these(const DnsAnswer& answer) { return answer.status == ARES_ENODATA; }

/// By preference; nothing if the message cannot be read.
std::optional<std::vector<MailExchanger>> exchangers_in(const DnsAnswer& answer) {
  std::vector<MailExchanger> found;
  ares_mx_reply* replies = nullptr;
  const auto length = static_cast<int>(answer.message.size());
  const int status = ares_parse_mx_reply(answer.message.data(), length, &replies);
  if (status == ARES_ENODATA) return found;
  if (status != ARES_SUCCESS) return std::nullopt;
  for (const ares_mx_reply* reply = replies; reply != nullptr; reply = reply->next) {
    const std::string host = reply->host;
    found.push_back({reply->priority, host.empty() ? "." : host});
  }
  ares_free_data(replies);
  std::ranges::stable_sort(found, {}, &MailExchanger::preference);
  return found;
}

bool has_address_in(const DnsAnswer& answer, DnsType type) {
  const auto length = static_cast<int>(answer.message.size());
  int count = 1;
  if (type == DnsType::a) {
    ares_addrttl address{};
    return ares_parse_a_reply(answer.message.data(), length, nullptr, &address, &count) ==
               ARES_SUCCESS &&
           count > 0;
  }
  ares_addr6ttl address{};
  return ares_parse_aaaa_reply(answer.message.data(), length, nullptr, &address, &count) ==
             ARES_SUCCESS &&
         count > 0;
}

tl::unexpected<Error> no_answer(const std::string& domain, const DnsAnswer& answer) {
  return fail(ErrorKind::transient, "R0034",
              fmt::format("no answer about {} from DNS: {}", domain, ares_strerror(answer.status)));
}

/// Whether the name has an address of that type; a failure if nobody can say.
Task<Result<bool>> has_address(DnsChannel& channel, const std::string& domain, DnsType type) {
  const DnsAnswer answer = co_await channel.ask(domain, type);
  if (answer.status == ARES_SUCCESS) co_return has_address_in(answer, type);
  if (says_none_of_these(answer) || says_no_such_domain(answer)) co_return false;
  co_return no_answer(domain, answer);
}

}  // namespace

class MailDns::Implementation {
 public:
  Implementation(Loop& loop, Patience patience) : loop_(loop), patience_(patience) {}

  DnsChannel& channel_for(const std::string& resolver) {
    auto& channel = channels_[resolver];
    if (!channel) channel = std::make_unique<DnsChannel>(loop_, resolver, patience_);
    return *channel;
  }

 private:
  Loop& loop_;
  Patience patience_;
  std::map<std::string, std::unique_ptr<DnsChannel>>
      channels_;  // a project names one resolver or none
};

MailDns::MailDns(Loop& loop, Patience patience)
    : implementation_(std::make_unique<Implementation>(loop, patience)) {}
MailDns::~MailDns() = default;

Task<Result<MailRoutes>> MailDns::mail_routes(std::string domain, std::string resolver) {
  DnsChannel& channel = implementation_->channel_for(resolver);
  if (!channel.ready()) {
    co_return fail(ErrorKind::permanent, "R0034", fmt::format("`{}` is no DNS resolver", resolver),
                   "write an IP address and a port, such as 127.0.0.1:53");
  }
  MailRoutes routes;
  const DnsAnswer answer = co_await channel.ask(domain, DnsType::mx);
  if (says_no_such_domain(answer)) co_return routes;
  if (answer.status != ARES_SUCCESS && !says_none_of_these(answer))
    co_return no_answer(domain, answer);
  routes.domain_exists = true;
  if (answer.status == ARES_SUCCESS) {
    auto exchangers = exchangers_in(answer);
    if (!exchangers) co_return no_answer(domain, {.status = ARES_EBADRESP});
    routes.exchangers = std::move(*exchangers);
  }
  if (!routes.exchangers.empty()) co_return routes;
  CO_TRY_ASSIGN(routes.has_address, co_await has_address(channel, domain, DnsType::a));
  if (routes.has_address) co_return routes;
  CO_TRY_ASSIGN(routes.has_address, co_await has_address(channel, domain, DnsType::aaaa));
  co_return routes;
}

}  // namespace rondo::world
