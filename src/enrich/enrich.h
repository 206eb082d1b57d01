#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "connector/client.h"
#include "enrich/provider.h"
#include "enrich/spend.h"
#include "model/progress.h"
#include "model/project.h"
#include "state/database.h"
#include "warehouse/warehouse.h"
#include "world/world.h"

namespace rondo::enrich {

/// What one run of an enrichment needs. Everything outlives the run; one writer at a time.
struct EnrichContext {
  world::World world;
  warehouse::Session& session;
  state::Database& state;
  const model::Project& project;
  std::string run_id;
  model::Progress& progress;
};

/// What a run would do, before a cent is spent.
struct EnrichPlan {
  std::int64_t members = 0;  ///< of the audience
  std::int64_t blocked =
      0;                   ///< their consent does not cover the purpose: asking would disclose them
  std::int64_t fresh = 0;  ///< known well enough, or all were asked within the refresh time
  std::int64_t due = 0;
  std::int64_t price_max_micros =
      0;  ///< if every question is asked and hits at the highest price, within the cap
  std::string currency;
};

struct EnrichReport {
  EnrichPlan plan;
  std::int64_t asked = 0;  ///< questions to providers; = verified + unverified + misses + unknown
  std::int64_t verified = 0;
  std::int64_t unverified = 0;
  std::int64_t misses = 0;
  std::int64_t unknown = 0;      ///< asked, answer unseen; counted as paid
  std::int64_t not_asked = 0;    ///< people left because the next question could pass a cap
  std::int64_t cost_micros = 0;  ///< of this run, its unknown ones included
  std::vector<std::string> providers_out{};  ///< gave up on for this run, with the reason
};

using Providers = std::vector<std::unique_ptr<Provider>>;

/// A provider behind a connector's first lookup operation. `client` must outlive it.
[[nodiscard]] std::unique_ptr<Provider> make_provider(std::string name, connector::Client& client);

/// The price before the spend; touches nothing. Error R0601: a provider's currency is not the
/// budget's.
[[nodiscard]] Result<EnrichPlan> plan_enrichment(EnrichContext& context,
                                                 const model::Enrichment& enrichment,
                                                 const Providers& providers);

/// Asks the providers in order about everybody who is due, until one answer is good enough; each
/// question is reserved in the spend journal before it is asked, within the caps, and leaves a
/// receipt in rondo.enrichments. Nobody is asked about twice within the refresh time, a miss counts
/// too. Safe to repeat after a crash.
[[nodiscard]] Task<Result<EnrichReport>> run_enrichment(EnrichContext& context,
                                                        const model::Enrichment& enrichment,
                                                        const Providers& providers);

}  // namespace rondo::enrich
