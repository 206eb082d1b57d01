#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"
#include "base/time.h"
#include "model/contract.h"

namespace rondo::model {

/// What becomes of an event whose name the source does not declare.
enum class UnknownEvents { accept, quarantine, reject };

/// First party: collected by the company itself. Third party: bought or shared.
enum class Party { first, third };

struct SourceEvent {
  std::string name;      ///< "Order Completed"
  std::string contract;  ///< empty: none
  Position where{};
};

/// Which column of a file's rows is what.
struct FileStream {
  std::string name;        ///< "contacts"
  std::string path;        ///< relative to the project, `*` allowed in the file name
  std::string format;      ///< csv | jsonl | parquet; empty: by the file's ending
  std::string key;         ///< column that names a row; a later row replaces
  std::string contract;    ///< empty: none
  std::string updated_at;  ///< column with the row's time; empty: time of loading
  std::map<std::string, std::string> identifiers;  ///< identifier type -> column
  std::map<std::string, std::string> consent;      ///< purpose -> column (true/false/yes/no/1/0)
  Position where{};
};

/// One file of `sources/`.
struct Source {
  std::string name;
  std::string type;  ///< tracking | file
  Party party = Party::first;
  std::vector<std::string> purposes;  ///< what this data may be used for at all
  // tracking
  std::vector<std::string> write_keys;  ///< after secrets were put in; never printed
  std::vector<SourceEvent> events;
  UnknownEvents unknown_events = UnknownEvents::accept;
  // file
  std::vector<FileStream> streams;
  Position where{};
};

/// The table or view that `source('web', 'Order Completed')` names: "raw.web_order_completed".
/// Every run of other characters than letters and digits becomes one '_'.
[[nodiscard]] std::string source_table(std::string_view source, std::string_view stream);

struct EventColumn {
  std::string_view name;
  ColumnType type;
};
/// What every view of an event has before the columns of its contract. A property of the same name
/// is not a column of its own; a nested property "a.b" is the column a_b.
[[nodiscard]] std::span<const EventColumn> event_columns();
[[nodiscard]] std::string column_of_property(std::string_view property);

}  // namespace rondo::model
