#include <charconv>
#include <limits>
#include <unordered_map>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include "base/json.h"

namespace rondo {
namespace {

using boost::json::error_code;
using boost::json::string_view;

std::string_view plain(string_view text) { return {text.data(), text.size()}; }

/// Builds our value straight from the parser's events; Boost's own value is never made.
class Builder {
 public:
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();

  Json take() { return std::move(root_); }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(true); }
  bool on_object_end(std::size_t, error_code&) { return close(); }
  bool on_array_begin(error_code&) { return open(false); }
  bool on_array_end(std::size_t, error_code&) { return close(); }

  bool on_key_part(string_view part, std::size_t, error_code&) { return gather(part); }
  bool on_key(string_view part, std::size_t, error_code&) {
    gather(part);
    open_.back().key = std::exchange(gathered_, {});
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return gather(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    gather(part);
    return put(Json(std::exchange(gathered_, {})));
  }

  bool on_number_part(string_view part, error_code&) { return gather(part); }
  bool on_int64(std::int64_t number, string_view, error_code&) {
    gathered_.clear();
    return put(Json(number));
  }
  bool on_uint64(std::uint64_t number, string_view part, error_code& problem) {
    constexpr std::uint64_t int64_max = std::numeric_limits<std::int64_t>::max();
    if (number > int64_max) return on_double(static_cast<double>(number), part, problem);
    gathered_.clear();
    return put(Json(static_cast<std::int64_t>(number)));
  }
  // Boost 1.81 computes doubles by powers of ten and misses the last bit at times: read the digits
  // again.
  bool on_double(double, string_view part, error_code& problem) {
    gather(part);
    double number = 0;
    const char* const end = gathered_.data() + gathered_.size();
    const auto [stop, bad] = std::from_chars(gathered_.data(), end, number);
    if (bad == std::errc::result_out_of_range && too_large(gathered_)) {
      problem = boost::json::error::exponent_overflow;
      return false;
    }
    gathered_.clear();
    return put(Json(number));
  }

  bool on_bool(bool value, error_code&) { return put(Json(value)); }
  bool on_null(error_code&) { return put(Json()); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  // from_chars reports underflow and overflow alike; what is too small is 0, what is too large an
  // error.
  static bool too_large(const std::string& digits) {
    const std::size_t exponent = digits.find_first_of("eE");
    return exponent == std::string::npos || digits[exponent + 1] != '-';
  }

  bool gather(string_view part) {
    gathered_ += plain(part);
    return true;
  }
  bool open(bool is_object) {
    open_.push_back({is_object, {}, {}, {}});
    return true;
  }
  bool close() {
    Container ended = std::move(open_.back());
    open_.pop_back();
    if (!ended.is_object) return put(Json(std::move(ended.items)));
    drop_repeats(ended.members);
    return put(Json(std::move(ended.members)));
  }
  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Container& top = open_.back(); top.is_object) {
      top.members.emplace_back(std::move(top.key), std::move(value));
    } else {
      top.items.push_back(std::move(value));
    }
    return true;
  }

  // Of equal keys the last value counts, at the place of the first, as in every browser. By a
  // table, so that an object of a million keys costs no million squared.
  static void drop_repeats(Json::Object& members) {
    std::unordered_map<std::string_view, std::size_t> first;
    std::vector<bool> repeats(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto [known, is_new] = first.emplace(members[i].first, i);
      if (is_new) continue;
      members[known->second].second = std::move(members[i].second);
      repeats[i] = true;
    }
    if (first.size() == members.size()) return;
    std::size_t i = 0;
    std::erase_if(members, [&](const Json::Member&) { return repeats[i++]; });
  }

  struct Container {
    bool is_object;
    Json::Array items;
    Json::Object members;
    std::string key;  ///< of the member being read
  };
  Json root_;
  std::vector<Container> open_;
  std::string gathered_;
};

Error error_at(std::string_view text, std::size_t offset, const std::string& why) {
  Position where;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++where.line;
      where.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++where.column;  // UTF-8 continuation bytes are no columns of their own
    }
  }
  Error error{ErrorKind::broken_contract, "R0010",
              "not valid JSON at line " + std::to_string(where.line) + ", column " +
                  std::to_string(where.column) + ": " + why};
  error.where = where;
  return error;
}

}  // namespace

Result<Json> Json::parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::json::basic_parser<Builder> parser(options);
  error_code problem;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), problem);
  if (problem) return fail(error_at(text, read, problem.message()));
  const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (rest != std::string_view::npos) return fail(error_at(text, rest, "text after the value"));
  return parser.handler().take();
}

}  // namespace rondo
