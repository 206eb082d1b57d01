#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::project {

/// A place inside one file. Lines and columns count from 1; columns and lengths are characters.
struct Span {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t length = 1;
  friend bool operator==(const Span&, const Span&) = default;
};

struct YamlEntry;

/// A value of a YAML file, with its place. What the rest of the house sees of YAML.
struct YamlNode {
  enum class Kind { scalar, list, map };
  enum class Style { plain, quoted, block };  ///< of a scalar; block: `|` and `>`

  Kind kind = Kind::scalar;
  Style style = Style::plain;
  Span where{};
  std::string text{};              ///< scalar
  std::vector<YamlNode> items;     ///< list
  std::vector<YamlEntry> entries;  ///< map, in the order of the file, keys distinct

  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  // YAML 1.2 core schema: only plain scalars can be anything but text.
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_bool() const;
  [[nodiscard]] bool is_integer() const;
  [[nodiscard]] bool is_number() const;  ///< integers too
  [[nodiscard]] bool is_text() const;

  /// The entry of that key; null if this is no map or has none.
  [[nodiscard]] const YamlEntry* entry(std::string_view key) const;
  [[nodiscard]] const YamlNode* find(std::string_view key) const;

  // Reading what validation has passed, or skipping what it has not: never fails.
  [[nodiscard]] std::string_view text_of(std::string_view key,
                                         std::string_view otherwise = {}) const;
  [[nodiscard]] bool bool_of(std::string_view key, bool otherwise) const;
  /// Texts of a list; a single text counts as a list of one.
  [[nodiscard]] std::vector<std::string> texts() const;
  [[nodiscard]] std::vector<std::string> texts_of(std::string_view key) const;
  [[nodiscard]] double number(double otherwise) const;
};

struct YamlEntry {
  std::string key;
  Span key_where{};
  YamlNode value{};
};

/// Finds line and column of byte offsets: one pass over the text, then a binary search for each.
class LineTable {
 public:
  explicit LineTable(std::string_view text);  ///< `text` must outlive it
  [[nodiscard]] Span at(std::size_t offset) const;
  /// From `begin` to `end`, or to the end of the first line where it goes on; length at least 1.
  [[nodiscard]] Span between(std::size_t begin, std::size_t end) const;
  /// The byte of that place; the end of the line where the column lies beyond it.
  [[nodiscard]] std::size_t offset(std::uint32_t line, std::uint32_t column) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> line_starts_;
};

/// Number of characters (UTF-8 code points).
[[nodiscard]] std::uint32_t characters(std::string_view text);

}  // namespace rondo::project
