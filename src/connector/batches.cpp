#include "connector/batches.h"

#include <map>
#include <unordered_map>

#include "base/check.h"

namespace rondo::connector {
namespace {

// What surrounds the fields of a row in a request: key, names, punctuation.
constexpr std::size_t row_bytes_around = 128;

/// A wave that is being filled.
struct Filling {
  Wave wave;
  std::size_t bytes = 0;
};

void put(Filling& filling, const Operation& operation, std::size_t row, std::size_t bytes) {
  auto& batches = filling.wave.batches;
  const bool full = batches.empty() || batches.back().size() >= operation.rows_max ||
                    filling.bytes + bytes > operation.bytes_max;
  if (full) {
    batches.emplace_back();
    filling.bytes = 0;
  }
  batches.back().push_back(row);
  filling.bytes += bytes;
}

}  // namespace

std::vector<Wave> plan_waves(const Operation& operation, std::span<const Row> rows,
                             std::span<const Json> fields) {
  PROMISE(rows.size() == fields.size());
  std::map<std::string, std::vector<std::size_t>> groups;
  std::vector<Filling> fillings;
  std::unordered_map<std::string, std::size_t> seen;  // key -> how often so far
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].group.empty()) {
      groups[rows[i].group].push_back(i);
      continue;
    }
    const std::size_t wave = seen[rows[i].key]++;
    if (wave == fillings.size()) fillings.emplace_back();
    const std::size_t bytes = fields[i].text().size() + rows[i].key.size() + row_bytes_around;
    put(fillings[wave], operation, i, bytes);
  }
  std::vector<Wave> waves;
  if (!groups.empty()) {
    waves.emplace_back();
    for (auto& [name, members] : groups) waves.back().batches.push_back(std::move(members));
  }
  for (Filling& filling : fillings) waves.push_back(std::move(filling.wave));
  return waves;
}

}  // namespace rondo::connector
