#pragma once

#include <cstdint>

#include "base/result.h"
#include "model/project.h"
#include "warehouse/warehouse.h"

namespace rondo::audience {

struct BuildReport {
  std::int64_t rows = 0;
  std::int64_t entered = 0;  ///< audiences: profiles that were not in it before
  std::int64_t left = 0;     ///< audiences: profiles that are not in it any more
};

/// Runs the SQL of a model, trait or audience and puts its answer in place of models.NAME,
/// traits.NAME or audiences.NAME. One transaction: readers see the old table or the new one, and
/// after an error the old one stands.
///
/// A trait and an audience answer one row per profile: errors R0510 (no column profile_id), R0511
/// (it is null somewhere), R0512 (a profile twice). R0513: two columns of one name. Errors of the
/// SQL itself (R0201 …) keep their code; all carry the place in the user's file, to the line always
/// and to the column where the compiled text allows it.
[[nodiscard]] Result<BuildReport> build_sql_asset(warehouse::Session& session,
                                                  const model::SqlAsset& asset);

/// The place in the user's file of an error that a warehouse reported for the compiled SQL. Where
/// ref() and source() were replaced the columns differ: the word at the error is looked for in the
/// line as written.
[[nodiscard]] Position place_in_file(const model::SqlAsset& asset, const Position& in_compiled);

}  // namespace rondo::audience
