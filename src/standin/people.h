#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::standin {

/// What a question says of a person; empty where it says nothing.
struct Asked {
  std::string given_name, surname, domain, email;
};

/// What a seller of data knows of them. Drawn from seed, seller and question alone.
struct Known {
  bool found = false;
  bool verified = false;
  std::string work_email{};
  std::string domain{};
  std::string company{};
  std::string job_title{};
};

[[nodiscard]] Known look_up(std::string_view seller, std::int64_t seed, double hit_share,
                            const Asked& asked);

/// The domains whose mailboxes belong to people, not to companies.
[[nodiscard]] bool is_webmail(std::string_view domain);

}  // namespace rondo::standin
