#include "collect/request_parser.h"

#include <array>

#include <fmt/core.h>
#include <simdjson.h>

#include "base/json.h"
#include "base/text.h"
#include "collect/repair.h"

namespace rondo::collect {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

Problem malformed(std::string reason) { return {"R0320", std::move(reason)}; }

Error not_json(std::string_view body) {
  std::string detail = "no JSON value";
  if (const auto parsed = Json::parse(body); !parsed) detail = parsed.error().message;
  return {ErrorKind::rejected, "R0310", "the request body is not valid JSON: " + detail,
          "nothing of it was taken"};
}

// Ids may be numbers: some systems have no others. Anything else names nothing.
error_code read_id(ondemand::value value, std::string_view field, std::string_view& into,
                   std::optional<Problem>& problem) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::string) {
    if (const auto error = value.get_string().get(into)) return error;
  } else if (type == ondemand::json_type::number) {
    into = trim(value.raw_json_token());
  } else if (type != ondemand::json_type::null) {
    problem = malformed(fmt::format("`{}` is neither text nor a number", field));
  }
  if (into.size() > id_bytes_max) {
    problem = malformed(fmt::format("`{}` is longer than {} bytes", field, id_bytes_max));
  }
  return simdjson::SUCCESS;
}

error_code read_object(ondemand::value value, std::string_view field, std::string_view& into,
                       std::optional<Problem>& problem) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return error;
  if (type == ondemand::json_type::object) {
    if (const auto error = simdjson::to_json_string(value).get(into)) return error;
    into = trim(into);
  } else if (type != ondemand::json_type::null) {
    problem = malformed(fmt::format("`{}` is not an object", field));
  }
  return simdjson::SUCCESS;
}

struct Field {
  std::string_view name;
  std::string_view RawEvent::*member;
  bool is_object = false;
};
constexpr std::array fields{
    Field{"messageId", &RawEvent::message_id},
    Field{"userId", &RawEvent::user_id},
    Field{"anonymousId", &RawEvent::anonymous_id},
    Field{"groupId", &RawEvent::group_id},
    Field{"previousId", &RawEvent::previous_id},
    Field{"timestamp", &RawEvent::timestamp},
    Field{"originalTimestamp", &RawEvent::original_timestamp},
    Field{"sentAt", &RawEvent::sent_at},
    Field{"properties", &RawEvent::properties, true},
    Field{"traits", &RawEvent::traits, true},
    Field{"context", &RawEvent::context, true},
};

error_code read_member(std::string_view key, ondemand::value value, RawEvent& event,
                       std::string_view& track_name, std::string_view& page_name,
                       std::string_view& type) {
  if (key == "event") return read_id(value, key, track_name, event.problem);
  if (key == "name") return read_id(value, key, page_name, event.problem);
  if (key == "type") return read_id(value, key, type, event.problem);
  for (const Field& field : fields) {
    if (field.name != key) continue;
    std::string_view& into = event.*field.member;
    return field.is_object ? read_object(value, key, into, event.problem)
                           : read_id(value, key, into, event.problem);
  }
  return simdjson::SUCCESS;
}

void settle_type(RawEvent& event, std::string_view type, std::string_view track_name,
                 std::string_view page_name) {
  using model::EventType;
  if (!event.type) event.type = event_type_of(type);
  if (!event.type) {
    event.problem = type.empty() ? malformed("there is no `type`")
                                 : malformed(fmt::format("there is no type `{}`", type));
    return;
  }
  const bool is_view = event.type == EventType::page || event.type == EventType::screen;
  event.name = event.type == EventType::track ? track_name
               : is_view                      ? page_name
                                              : std::string_view{};
  if (event.type == EventType::track && event.name.empty() && !event.problem) {
    event.problem = malformed("a track call has no `event` name");
  }
}

error_code read_event(ondemand::object object, RawEvent& event) {
  std::string_view track_name;
  std::string_view page_name;
  std::string_view type;
  for (auto member : object) {
    std::string_view key;
    ondemand::value value;
    if (const auto error = member.unescaped_key().get(key)) return error;
    if (const auto error = member.value().get(value)) return error;
    if (const auto error = read_member(key, value, event, track_name, page_name, type))
      return error;
  }
  settle_type(event, type, track_name, page_name);
  return simdjson::SUCCESS;
}

void check_size(RawEvent& event, bool check_depth) {
  if (event.text.size() > event_bytes_max) {
    event.problem = {"R0323", fmt::format("the event has {} bytes, at most {} are taken",
                                          event.text.size(), event_bytes_max)};
  } else if (check_depth && nesting(event.text) > depth_max) {
    event.problem = {"R0323", fmt::format("it is nested deeper than {} levels", depth_max)};
  }
}

}  // namespace

class RequestParser::Implementation {
 public:
  enum class Validity { good, deep, bad };

  // The on-demand parser below believes what it skips; this one looks at every byte first. It
  // counts levels its own way, so `deep` only means that each event has to be measured.
  Validity validate(std::string& body, bool& repaired) {
    error_code error = parse_whole(validator_, body, depth_max);
    if (error == simdjson::UTF8_ERROR || error == simdjson::STRING_ERROR) {
      body = repair_characters(body);
      repaired = true;
      error = parse_whole(validator_, body, depth_max);
    }
    if (error == simdjson::SUCCESS) return Validity::good;
    if (error == simdjson::DEPTH_ERROR) {
      return parse_whole(deep_validator_, body, simdjson::DEFAULT_MAX_DEPTH) == simdjson::SUCCESS
                 ? Validity::deep
                 : Validity::bad;
    }
    // Numbers too large for a machine are still JSON.
    if (error == simdjson::NUMBER_ERROR) {
      return Json::parse(body) ? Validity::good : Validity::bad;
    }
    return Validity::bad;
  }

  error_code read(std::string& body, const Route& route, bool check_depth, RawRequest& request) {
    ondemand::document document;
    ondemand::object object;
    if (const auto error = start(body).get(document)) return error;
    if (const auto error = document.get_object().get(object)) return error;
    if (!route.is_batch) {
      RawEvent event{.text = trim(body), .type = route.type};
      if (const auto error = read_event_and_key(object, event, request)) return error;
      check_size(event, check_depth);
      request.events.push_back(std::move(event));
      return simdjson::SUCCESS;
    }
    bool found = false;
    for (auto member : object) {
      std::string_view key;
      ondemand::value value;
      if (const auto error = member.unescaped_key().get(key)) return error;
      if (const auto error = member.value().get(value)) return error;
      if (key == "batch") found = true;
      if (const auto error = read_batch_member(key, value, check_depth, request)) return error;
    }
    return found ? simdjson::SUCCESS : simdjson::NO_SUCH_FIELD;
  }

  error_code read_one(std::string& text, RawEvent& event) {
    ondemand::document document;
    ondemand::object object;
    if (const auto error = start(text).get(document)) return error;
    if (const auto error = document.get_object().get(object)) return error;
    event.text = trim(text);
    return read_event(object, event);
  }

 private:
  static error_code parse_whole(simdjson::dom::parser& parser, std::string& body,
                                std::size_t depth) {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    if (parser.capacity() < body.size() || parser.max_depth() != depth) {
      if (const auto error = parser.allocate(body.size(), depth)) return error;
    }
    return parser.parse(body.data(), body.size(), false).error();
  }

  simdjson::simdjson_result<ondemand::document> start(std::string& body) {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    return parser_.iterate(body.data(), body.size(), body.capacity());
  }

  static error_code read_event_and_key(ondemand::object& object, RawEvent& event,
                                       RawRequest& request) {
    if (const auto error = read_event(object, event)) return error;
    if (const auto error = object.reset().error()) return error;
    ondemand::value key;
    std::optional<Problem> ignored;
    if (object.find_field_unordered("writeKey").get(key) == simdjson::SUCCESS) {
      return read_id(key, "writeKey", request.write_key, ignored);
    }
    return simdjson::SUCCESS;
  }

  static error_code read_batch_member(std::string_view key, ondemand::value value, bool check_depth,
                                      RawRequest& request) {
    std::optional<Problem> ignored;
    if (key == "writeKey") return read_id(value, key, request.write_key, ignored);
    if (key == "sentAt") return read_id(value, key, request.sent_at, ignored);
    if (key == "context") return read_object(value, key, request.context, ignored);
    if (key != "batch") return simdjson::SUCCESS;
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    for (auto item : array) {
      ondemand::value element;
      if (const auto error = item.get(element)) return error;
      if (const auto error = read_element(element, check_depth, request)) return error;
    }
    return simdjson::SUCCESS;
  }

  static error_code read_element(ondemand::value element, bool check_depth, RawRequest& request) {
    if (request.events.size() >= batch_events_max) return simdjson::CAPACITY;
    RawEvent event;
    ondemand::json_type type{};
    if (const auto error = element.type().get(type)) return error;
    if (type != ondemand::json_type::object) {
      if (const auto error = simdjson::to_json_string(element).get(event.text)) return error;
      event.text = trim(event.text);
      event.problem = malformed("the event is not an object");
    } else {
      ondemand::object object;
      if (const auto error = element.get_object().get(object)) return error;
      if (const auto error = object.raw_json().get(event.text)) return error;
      event.text = trim(event.text);
      if (const auto error = object.reset().error()) return error;
      if (const auto error = read_event(object, event)) return error;
    }
    check_size(event, check_depth);
    request.events.push_back(std::move(event));
    return simdjson::SUCCESS;
  }

  simdjson::dom::parser validator_;
  simdjson::dom::parser deep_validator_;
  ondemand::parser parser_;
};

RequestParser::RequestParser() : implementation_(std::make_unique<Implementation>()) {}
RequestParser::~RequestParser() = default;

Result<RawRequest> RequestParser::parse(std::string& body, const Route& route) {
  RawRequest request;
  const auto validity = implementation_->validate(body, request.repaired);
  if (validity == Implementation::Validity::bad) return fail(not_json(body));
  const bool deep = validity == Implementation::Validity::deep;
  const auto error = implementation_->read(body, route, deep, request);
  if (deep && nesting(request.context) > depth_max) {
    return fail(ErrorKind::rejected, "R0314",
                fmt::format("the batch's context is nested deeper than {} levels", depth_max));
  }
  if (error == simdjson::SUCCESS) return request;
  if (error == simdjson::CAPACITY) {
    return fail(ErrorKind::rejected, "R0314",
                fmt::format("the batch has more than {} events", batch_events_max));
  }
  return fail(ErrorKind::rejected, "R0314",
              route.is_batch ? "the request body is not an object with an array `batch`"
                             : "the request body is not an object");
}

Result<RawEvent> RequestParser::parse_event(std::string& text,
                                            std::optional<model::EventType> type) {
  RawEvent event{.type = type};
  if (implementation_->read_one(text, event) == simdjson::SUCCESS) return event;
  return fail(ErrorKind::rejected, "R0320", "the event is not a JSON object");
}

}  // namespace rondo::collect
