#include "warehouse/duckdb/column_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "base/text.h"

namespace rondo::warehouse::duck {
namespace {

__extension__ using Wide = __int128;

Wide wide(duckdb_hugeint value) {
  return (static_cast<Wide>(value.upper) << 64) + static_cast<Wide>(value.lower);
}

std::string decimal_text(Wide value, int scale) {
  const bool negative = value < 0;
  std::string digits;
  do {
    digits += static_cast<char>('0' + std::abs(static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0 || std::cmp_less_equal(digits.size(), scale));
  if (negative) digits += '-';
  std::ranges::reverse(digits);
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  return digits;
}

std::string time_text(std::int64_t micros) {
  const std::int64_t seconds = micros / 1'000'000;
  return fmt::format("{:02}:{:02}:{:02}.{:06}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     micros % 1'000'000);
}

std::string interval_text(const duckdb_interval& value) {
  return fmt::format("{} months {} days {} us", value.months, value.days, value.micros);
}

std::string uuid_text(duckdb_hugeint value) {
  // The top bit is stored flipped so that uuids sort as signed numbers.
  const auto high = static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63);
  std::string text = fmt::format("{:016x}{:016x}", high, value.lower);
  for (const std::size_t place : {20U, 16U, 12U, 8U}) text.insert(place, "-");
  return text;
}

std::string double_text(double value) { return Json(value).text(); }

Time days_to_time(std::int32_t days) { return Time{std::chrono::days{days}}; }

std::string_view view(const duckdb_string_t& text) {
  // The C API takes a pointer to non-const, but only reads.
  return {duckdb_string_t_data(const_cast<duckdb_string_t*>(&text)),  // NOLINT
          duckdb_string_t_length(text)};
}

}  // namespace

Result<void> ColumnReader::attach(duckdb_vector vector, std::size_t rows) {
  data_ = duckdb_vector_get_data(vector);
  validity_ = duckdb_vector_get_validity(vector);
  if (declared_ == DUCKDB_TYPE_STRUCT) {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      TRY(children_[i].attach(duckdb_struct_vector_get_child(vector, i), rows));
    }
  } else if (declared_ == DUCKDB_TYPE_LIST) {
    TRY(children_[0].attach(duckdb_list_vector_get_child(vector),
                            duckdb_list_vector_get_size(vector)));
  } else if (declared_ == DUCKDB_TYPE_ARRAY) {
    TRY(children_[0].attach(duckdb_array_vector_get_child(vector), rows * array_size_));
  } else if (declared_ == DUCKDB_TYPE_MAP) {
    const duckdb_vector entries = duckdb_list_vector_get_child(vector);
    const std::size_t size = duckdb_list_vector_get_size(vector);
    for (std::size_t i = 0; i < 2; ++i) {
      TRY(children_[i].attach(duckdb_struct_vector_get_child(entries, i), size));
    }
  }
  return check_range(rows);
}

Result<void> ColumnReader::check_range(std::size_t rows) const {
  const auto fits = [this](std::size_t row) {
    switch (declared_) {
      case DUCKDB_TYPE_UBIGINT: return std::in_range<std::int64_t>(at<std::uint64_t>(row));
      case DUCKDB_TYPE_HUGEINT: {
        const Wide value = wide(at<duckdb_hugeint>(row));
        return value == static_cast<std::int64_t>(value);
      }
      case DUCKDB_TYPE_UHUGEINT:
        return at<duckdb_uhugeint>(row).upper == 0 &&
               std::in_range<std::int64_t>(at<duckdb_uhugeint>(row).lower);
      default: return true;
    }
  };
  if (declared_ != DUCKDB_TYPE_UBIGINT && declared_ != DUCKDB_TYPE_HUGEINT &&
      declared_ != DUCKDB_TYPE_UHUGEINT) {
    return {};
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (is_null(row) || fits(row)) continue;
    return fail(ErrorKind::rejected, "R0202",
                fmt::format("column {} holds a whole number of more than 64 bits", name_),
                "cast it to double or to text");
  }
  return {};
}

bool ColumnReader::is_null(std::size_t row) const {
  if (declared_ == DUCKDB_TYPE_SQLNULL) return true;
  return validity_ != nullptr && ((validity_[row / 64] >> (row % 64)) & 1U) == 0;
}

std::int64_t ColumnReader::int64(std::size_t row) const {
  if (is_null(row)) return 0;
  switch (stored_) {
    case DUCKDB_TYPE_BOOLEAN: return at<bool>(row) ? 1 : 0;
    case DUCKDB_TYPE_TINYINT: return at<std::int8_t>(row);
    case DUCKDB_TYPE_SMALLINT: return at<std::int16_t>(row);
    case DUCKDB_TYPE_INTEGER: return at<std::int32_t>(row);
    case DUCKDB_TYPE_BIGINT: return at<std::int64_t>(row);
    case DUCKDB_TYPE_UTINYINT: return at<std::uint8_t>(row);
    case DUCKDB_TYPE_USMALLINT: return at<std::uint16_t>(row);
    case DUCKDB_TYPE_UINTEGER: return at<std::uint32_t>(row);
    case DUCKDB_TYPE_UBIGINT: return static_cast<std::int64_t>(at<std::uint64_t>(row));
    case DUCKDB_TYPE_HUGEINT: return static_cast<std::int64_t>(at<duckdb_hugeint>(row).lower);
    case DUCKDB_TYPE_UHUGEINT: return static_cast<std::int64_t>(at<duckdb_uhugeint>(row).lower);
    default: return 0;
  }
}

double ColumnReader::float64(std::size_t row) const {
  if (is_null(row)) return 0;
  if (declared_ == DUCKDB_TYPE_DECIMAL) {
    const double whole = stored_ == DUCKDB_TYPE_HUGEINT
                             ? static_cast<double>(wide(at<duckdb_hugeint>(row)))
                             : static_cast<double>(int64(row));
    return whole / std::pow(10.0, scale_);
  }
  if (stored_ == DUCKDB_TYPE_DOUBLE) return at<double>(row);
  if (stored_ == DUCKDB_TYPE_FLOAT) return static_cast<double>(at<float>(row));
  return static_cast<double>(int64(row));
}

Time ColumnReader::timestamp(std::size_t row) const {
  if (is_null(row)) return {};
  switch (stored_) {
    case DUCKDB_TYPE_DATE: return days_to_time(at<std::int32_t>(row));
    case DUCKDB_TYPE_TIMESTAMP_S: return Time{std::chrono::seconds{at<std::int64_t>(row)}};
    case DUCKDB_TYPE_TIMESTAMP_MS: return Time{std::chrono::milliseconds{at<std::int64_t>(row)}};
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return Time{std::chrono::floor<std::chrono::microseconds>(
          std::chrono::nanoseconds{at<std::int64_t>(row)})};
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Time{std::chrono::microseconds{at<std::int64_t>(row)}};
    default: return {};
  }
}

std::string_view ColumnReader::text(std::size_t row) const {
  if (is_null(row)) return {};
  if (stored_ == DUCKDB_TYPE_VARCHAR) return view(at<duckdb_string_t>(row));
  scratch_ = made_text(row);
  return scratch_;
}

std::string ColumnReader::made_text(std::size_t row) const {
  switch (declared_) {
    case DUCKDB_TYPE_BOOLEAN: return at<bool>(row) ? "true" : "false";
    case DUCKDB_TYPE_FLOAT: return fmt::format("{}", at<float>(row));
    case DUCKDB_TYPE_DOUBLE: {
      const double value = at<double>(row);
      return std::isfinite(value) ? double_text(value) : fmt::format("{}", value);
    }
    case DUCKDB_TYPE_DECIMAL:
      return decimal_text(
          stored_ == DUCKDB_TYPE_HUGEINT ? wide(at<duckdb_hugeint>(row)) : Wide{int64(row)},
          scale_);
    case DUCKDB_TYPE_DATE: return to_text(timestamp(row)).substr(0, 10);
    case DUCKDB_TYPE_TIME: return time_text(at<std::int64_t>(row));
    case DUCKDB_TYPE_INTERVAL: return interval_text(at<duckdb_interval>(row));
    case DUCKDB_TYPE_UUID: return uuid_text(at<duckdb_hugeint>(row));
    case DUCKDB_TYPE_BLOB: return hex_encode(view(at<duckdb_string_t>(row)));
    case DUCKDB_TYPE_ENUM: return names_[static_cast<std::size_t>(int64(row))];
    default: break;
  }
  if (type_ == model::ColumnType::timestamp) return to_text(timestamp(row));
  if (type_ == model::ColumnType::json) return json(row).text();
  return fmt::format("{}", int64(row));
}

Json ColumnReader::list(std::size_t offset, std::size_t length) const {
  Json all = Json::array();
  for (std::size_t i = 0; i < length; ++i) all.push(children_[0].json(offset + i));
  return all;
}

Json ColumnReader::map(std::size_t offset, std::size_t length) const {
  Json all = Json::object();
  for (std::size_t i = offset; i < offset + length; ++i) {
    const std::string key(children_[0].text(i));
    all.set(key, children_[1].json(i));
  }
  return all;
}

Json ColumnReader::structure(std::size_t row) const {
  Json all = Json::object();
  for (std::size_t i = 0; i < children_.size(); ++i) all.set(names_[i], children_[i].json(row));
  return all;
}

Json ColumnReader::json(std::size_t row) const {
  if (is_null(row)) return {};
  if (declared_ == DUCKDB_TYPE_STRUCT) return structure(row);
  if (declared_ == DUCKDB_TYPE_ARRAY) return list(row * array_size_, array_size_);
  if (declared_ == DUCKDB_TYPE_LIST || declared_ == DUCKDB_TYPE_MAP) {
    const auto& entry = at<duckdb_list_entry>(row);
    return declared_ == DUCKDB_TYPE_LIST ? list(entry.offset, entry.length)
                                         : map(entry.offset, entry.length);
  }
  switch (type_) {
    case model::ColumnType::int64: return int64(row);
    case model::ColumnType::float64: return float64(row);
    case model::ColumnType::boolean: return int64(row) != 0;
    case model::ColumnType::json:
      if (auto parsed = Json::parse(text(row)); parsed) return *std::move(parsed);
      return text(row);
    default: return text(row);
  }
}

}  // namespace rondo::warehouse::duck
