#include "collect/record.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace rondo::collect {
namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t flag_gpc = 1;
constexpr std::uint8_t no_type = 255;
constexpr std::size_t text_bytes_max = 65'535;

template <class Number>
void put(std::string& into, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    into += static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFFU);
  }
}

void put_text(std::string& into, std::string_view text) {
  text = text.substr(0, text_bytes_max);
  put(into, static_cast<std::uint16_t>(text.size()));
  into += text;
}

/// Takes numbers and texts off the front; once it ran out, everything is empty.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
      value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    }
    return static_cast<Number>(value);
  }
  std::string_view take(std::size_t count) {
    if (rest_.size() < count) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string_view text() { return take(number<std::uint16_t>()); }
  [[nodiscard]] bool ran_out() const { return short_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool short_ = false;
};

}  // namespace

void encode(const LogRecord& record, std::string& into) {
  put(into, version);
  put(into, record.gpc ? flag_gpc : std::uint8_t{0});
  put(into, record.type ? static_cast<std::uint8_t>(*record.type) : no_type);
  put(into, record.event_id.high);
  put(into, record.event_id.low);
  put(into, record.received_at.time_since_epoch().count());
  put(into, record.occurred_at.time_since_epoch().count());
  for (const auto text :
       {record.source, record.message_id, record.contract, record.reason_code, record.reason}) {
    put_text(into, text);
  }
  put(into, static_cast<std::uint32_t>(record.batch_context.size()));
  into += record.batch_context;
  into += record.event;
}

std::size_t encoded_bytes(const LogRecord& record) {
  constexpr std::size_t numbers = 3 + 4 * 8 + 5 * 2 + 4;
  return numbers + record.source.size() + record.message_id.size() + record.contract.size() +
         record.reason_code.size() + record.reason.size() + record.batch_context.size() +
         record.event.size();
}

Result<LogRecord> decode(std::string_view bytes) {
  Taker taker(bytes);
  LogRecord record;
  const auto found_version = taker.number<std::uint8_t>();
  if (found_version != version) {
    return fail(ErrorKind::permanent, "R0324",
                fmt::format("the log holds a record of version {}, this program knows {}",
                            found_version, version));
  }
  record.gpc = (taker.number<std::uint8_t>() & flag_gpc) != 0;
  const auto type = taker.number<std::uint8_t>();
  if (type <= static_cast<std::uint8_t>(model::EventType::alias)) {
    record.type = static_cast<model::EventType>(type);
  }
  record.event_id.high = taker.number<std::uint64_t>();
  record.event_id.low = taker.number<std::uint64_t>();
  record.received_at = Time{Duration{taker.number<std::int64_t>()}};
  record.occurred_at = Time{Duration{taker.number<std::int64_t>()}};
  record.source = taker.text();
  record.message_id = taker.text();
  record.contract = taker.text();
  record.reason_code = taker.text();
  record.reason = taker.text();
  record.batch_context = taker.take(taker.number<std::uint32_t>());
  record.event = taker.rest();
  if (!taker.ran_out()) return record;
  return fail(ErrorKind::permanent, "R0324", "the log holds a record that is too short");
}

Hash128 event_id_of(std::string_view source, std::string_view message_id) {
  // Fits on the stack for every id that is not absurd.
  std::array<char, 256> small;
  const std::size_t size = source.size() + 1 + message_id.size();
  if (size > small.size()) {
    std::string large(source);
    large += '\0';
    large += message_id;
    return content_hash(large);
  }
  char* end = std::ranges::copy(source, small.begin()).out;
  *end++ = '\0';
  std::ranges::copy(message_id, end);
  return content_hash({small.data(), size});
}

std::string made_message_id(std::string_view event, std::size_t index) {
  return fmt::format("content-{}-{}", content_hash(event).hex(), index);
}

}  // namespace rondo::collect
