#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "connector/exchange.h"

namespace rondo::connector {
namespace {

Json encode_time(Encoding::Timestamp how, const Json& value) {
  const auto time = parse_time(plain_text(value));
  if (!time || how == Encoding::Timestamp::iso) return value;
  if (how == Encoding::Timestamp::date) return Json(to_text(*time).substr(0, 10));
  const auto since = time->time_since_epoch();
  return Json(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

Json encode_value(const Encoding& encoding, const Json& value, bool is_time) {
  Json encoded = is_time ? encode_time(encoding.timestamp, value) : value;
  if (encoded.is_bool() && !encoding.true_text.empty()) {
    return Json(encoded.as_bool() ? encoding.true_text : encoding.false_text);
  }
  if (encoded.is_number() && encoding.numbers_as_text) return Json(plain_text(encoded));
  if (encoded.is_array() && encoding.list_join) {
    std::vector<std::string> parts;
    for (const Json& item : encoded.as_array()) parts.push_back(plain_text(item));
    return Json(join(parts, *encoding.list_join));
  }
  return encoded;
}

void add_query(std::string& url, std::string_view name, std::string_view value) {
  url += fmt::format("{}{}={}", url.find('?') == std::string::npos ? '?' : '&', url_encode(name),
                     url_encode(value));
}

Scope common_scope(const Surroundings& around, const Json& object) {
  Scope scope;
  scope.add("settings", around.settings).add("secret", around.secret).add("object", object);
  return scope;
}

/// The request without its body: address, credentials, headers.
world::HttpRequest envelope(const Connector& connector, const Operation& operation,
                            const Scope& scope) {
  world::HttpRequest request;
  request.method = operation.method;
  std::string base = connector.base_url ? connector.base_url->fill(scope) : std::string();
  const std::string path = operation.path.fill(scope, true);
  if (base.ends_with('/') && path.starts_with('/')) base.pop_back();
  request.url = base + path;
  for (const auto& [name, value] : connector.query) add_query(request.url, name, value.fill(scope));
  for (const auto& [name, value] : operation.query) {
    const Json filled = value.evaluate(scope);
    if (!filled.is_null()) add_query(request.url, name, plain_text(filled));
  }
  request.headers.add("Accept", "application/json");
  for (const auto* headers : {&connector.headers, &operation.headers}) {
    for (const auto& [name, value] : *headers) {
      if (std::string filled = value.fill(scope); !filled.empty()) {
        request.headers.add(name, std::move(filled));
      }
    }
  }
  return request;
}

void set_body(world::HttpRequest& request, const std::optional<Shape>& body, const Scope& scope) {
  if (!body) return;
  request.body = body->fill(scope).text();
  request.headers.add("Content-Type", "application/json");
}

Json row_json(const Request& request, std::size_t index, const Json& object) {
  const Row& row = *request.rows[index];
  const Json key = Json::object({{"value", Json(row.key)}, {"field", Json(row.key_field)}});
  const Json number =
      Json::object({{"seq", Json(row.seq)}, {"index", Json(static_cast<int>(index))}});
  const Json remote_id = row.remote_id.empty() ? Json() : Json(row.remote_id);
  Scope scope = common_scope(*request.around, object);
  scope.add("key", key).add("row", number).add("remote_id", remote_id);
  scope.add("fields", request.fields[index]);
  return request.operation->row ? request.operation->row->fill(scope) : request.fields[index];
}

Json field_names(const Request& request) {
  Json names = Json::array();
  std::set<std::string> seen;
  for (const Json& fields : request.fields) {
    for (const auto& [name, value] : fields.as_object()) {
      if (seen.insert(name).second) names.push(Json(name));
    }
  }
  return names;
}

}  // namespace

Json encode_fields(const Encoding& encoding, const Json& fields,
                   const std::set<std::string>& timestamps) {
  Json encoded = Json::object();
  for (const auto& [name, value] : fields.as_object()) {
    if (!value.is_null()) {
      encoded.set(name, encode_value(encoding, value, timestamps.contains(name)));
    } else if (encoding.null == Encoding::Null::text) {
      encoded.set(name, Json(encoding.null_text));
    } else if (encoding.null == Encoding::Null::null) {
      encoded.set(name, Json());
    }
  }
  return encoded;
}

std::string request_id(const Operation& operation, std::span<const Row* const> rows) {
  if (!rows.empty() && !rows.front()->group.empty()) return rows.front()->group;
  std::string content = operation.name;
  for (const Row* row : rows) content += "\n" + row->seq + "\t" + row->key;
  return content_hash(content).hex();
}

world::HttpRequest build(const Request& request) {
  const Json object(request.around->object);
  const Row& first = *request.rows.front();
  const Json key = Json::object({{"value", Json(first.key)}, {"field", Json(first.key_field)}});
  const Json remote_id = first.remote_id.empty() ? Json() : Json(first.remote_id);
  const Json batch = Json::object(
      {{"key", Json(request.id)}, {"count", Json(static_cast<std::int64_t>(request.rows.size()))}});
  Json rows = Json::array();
  for (std::size_t i = 0; i < request.rows.size(); ++i) rows.push(row_json(request, i, object));
  const Json names = field_names(request);
  Scope scope = common_scope(*request.around, object);
  scope.add("key", key).add("batch", batch).add("rows", rows).add("field_names", names);
  scope.add("remote_id", remote_id).add("row", rows.as_array().front());
  scope.add("fields", request.fields.front());
  auto built = envelope(*request.connector, *request.operation, scope);
  set_body(built, request.operation->body, scope);
  return built;
}

world::HttpRequest build_lookup(const Connector& connector, const Operation& operation,
                                const Surroundings& around, const Json& input) {
  const Json object(around.object);
  Scope scope = common_scope(around, object);
  scope.add("input", input);
  auto built = envelope(connector, operation, scope);
  set_body(built, operation.body, scope);
  return built;
}

std::string path_of_url(const std::string& url) {
  const auto scheme = url.find("://");
  const auto start = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  if (start == std::string::npos) return "/";
  return url.substr(start, url.find('?', start) - start);
}

void sign_standard_webhook(world::HttpRequest& request, std::string_view secret,
                           std::string_view id, Time now) {
  constexpr std::string_view marker = "whsec_";
  std::string key(secret);
  if (secret.starts_with(marker)) key = base64_decode(secret.substr(marker.size())).value_or(key);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::string signed_text = fmt::format("{}.{}.{}", id, seconds, request.body);
  request.headers.add("webhook-id", std::string(id));
  request.headers.add("webhook-timestamp", std::to_string(seconds));
  request.headers.add("webhook-signature", "v1," + base64_encode(hmac_sha256(key, signed_text)));
}

}  // namespace rondo::connector
