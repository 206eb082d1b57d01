#pragma once

#include <deque>
#include <map>
#include <span>

#include "standin/hubspot.h"
#include "standin/hubspot_store.h"

namespace rondo::standin {

class Hubspot final : public Standin {
 public:
  Hubspot(world::World world, Options options);
  [[nodiscard]] Json state() const override;

 protected:
  world::HttpResponse answer(const Call& call) override;
  [[nodiscard]] world::HttpResponse throttled() const override;
  [[nodiscard]] world::HttpResponse broken() const override;
  [[nodiscard]] Json memory() const override;
  void remember(const Json& memory) override;
  void reset() override;

 private:
  using Response = world::HttpResponse;
  using Segments = std::span<const std::string>;

  /// One object type: its records and the properties it has beyond the standard ones.
  struct Kind {
    HubspotStore store;
    std::map<std::string, Json> properties;
  };

  Kind& kind(const std::string& name);
  Response route(const Call& call, Segments rest);
  Response route_objects(const Call& call, const std::string& object, Segments rest);
  Response route_batch(const Call& call, Kind& of, std::string_view operation);
  Response route_one(const Call& call, Kind& of, const std::string& id);
  Response route_properties(const Call& call, Kind& of, Segments rest);

  Response batch_upsert(const Call& call, Kind& of);
  Response batch_create(const Call& call, Kind& of);
  Response batch_update(const Call& call, Kind& of);
  Response batch_read(const Call& call, Kind& of);
  Response batch_archive(const Call& call, Kind& of);
  Response create_one(const Call& call, Kind& of);
  Response list(const Call& call, Kind& of);
  Response gdpr_delete(const Call& call, Kind& of);
  Response search(const Call& call, Kind& of);

  /// A complete error answer if some property does not exist; nothing if all do.
  [[nodiscard]] std::optional<Response> property_error(const Kind& of,
                                                       const Json& properties) const;
  [[nodiscard]] std::optional<Response> inputs_error(const Call& call, std::size_t rows_max) const;
  [[nodiscard]] Response error(int status, std::string_view category, std::string_view message,
                               Json context = Json()) const;
  [[nodiscard]] Response batch_answer(Json results, Json errors, int status) const;
  [[nodiscard]] Json record_json(const HubspotRecord& record, const Json* wanted) const;
  [[nodiscard]] std::string correlation_id() const;
  /// False: the limit of ten seconds is used up.
  bool within_limit();
  void add_limit_headers(Response& response) const;

  std::map<std::string, Kind> kinds_;
  std::deque<Time> recent_;
};

/// Does a record with these properties pass the filters of a search request?
[[nodiscard]] bool passes_search(const Json& properties, const Json& filter_groups);
/// An address that HubSpot would take.
[[nodiscard]] bool plausible_email(std::string_view text);

}  // namespace rondo::standin
