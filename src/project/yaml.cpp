#include "project/yaml.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <libfyaml.h>

#include "base/text.h"

namespace rondo::project {
namespace {

struct FreeDiag {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
struct FreeParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};

/// What libfyaml says, and what that means to somebody who does not know its words.
struct Translation {
  std::string_view part;
  std::string_view message;
  std::string_view hint;
};
constexpr std::array<Translation, 17> translations{{
    {"tab character", "a tab where YAML asks for spaces", "indent with spaces, two for each level"},
    {"invalid multiline plain key", "this line does not fit the lines around it",
     "check its indentation, and that each key is followed by `: `"},
    {"could not find expected ':'", "a key without a value", "write `key: value`"},
    {"without a closing bracket", "a list that is never closed", "add the missing `]`"},
    {"without a closing brace", "a map that is never closed", "add the missing `}`"},
    {"missing comma in flow", "this does not belong here",
     "put a comma between the parts, a closing `}` or `]` at the end, and text with special "
     "characters in quotes"},
    {"mismatched flow", "a bracket that closes another kind", "`[` is closed by `]`, `{` by `}`"},
    {"extra closing", "a bracket that closes nothing", "remove it"},
    {"nested block mapping on the same line", "a second `: ` in one line",
     "put text that holds a colon in quotes"},
    {"plain scalar cannot start with", "text cannot start with this character", "put it in quotes"},
    {"without closing quote", "text in quotes that is never closed",
     "add the missing quote at its end"},
    {"wrongly indented double-quoted", "text in quotes that is never closed",
     "add the missing `\"`"},
    {"wrongly indented single-quoted", "text in quotes that is never closed",
     "add the missing `'`"},
    {"trailing content after", "text goes on after its closing quote",
     "write a quote inside single quotes twice: 'it''s'"},
    {"invalid escape", "an escape that YAML does not know",
     "in double quotes write a backslash twice, or use single quotes"},
    {"did not find expected '-'", "this line is indented differently from the others of its list",
     "line it up with them"},
    {"block sequence", "this line does not belong to the list above it",
     "a file is one map: write `key: value`, and lists below a key"},
}};

class Reader {
 public:
  Reader(const std::string& file, Report& report)
      : file_(file), report_(report), text_(report.text(file)), lines_(text_) {
    fy_diag_cfg diag_settings;
    fy_diag_cfg_default(&diag_settings);
    diag_settings.fp = nullptr;
    diag_.reset(fy_diag_create(&diag_settings));
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg settings{};
    settings.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                     FYPCF_DEFAULT_VERSION_1_2);
    settings.diag = diag_.get();
    parser_.reset(fy_parser_create(&settings));
    fy_parser_set_string(parser_.get(), text_.data(), text_.size());
  }

  std::optional<YamlNode> document() {
    std::optional<YamlNode> root;
    while (!stopped_) {
      const Event event = next();
      if (!event) break;
      if (event->type == FYET_DOCUMENT_START) {
        if (root) {
          refuse(at_offset(second_document()), "a second document in one file",
                 "one file declares one thing: put the second into a file of its own");
          return std::nullopt;
        }
        root = value(next(), 1);
      }
    }
    if (fy_parser_get_stream_error(parser_.get())) syntax_error();
    if (stopped_) return std::nullopt;
    return root ? std::move(root) : YamlNode{};
  }

 private:
  struct FreeEvent {
    fy_parser* parser;
    void operator()(fy_event* event) const { fy_parser_event_free(parser, event); }
  };
  using Event = std::unique_ptr<fy_event, FreeEvent>;

  Event next() { return {fy_parser_parse(parser_.get()), FreeEvent{parser_.get()}}; }

  /// Nothing once the file cannot be read further; the reason was reported or libfyaml has it.
  YamlNode value(const Event& event, std::size_t depth) {
    YamlNode node;
    if (!event || stopped_) return stop(), node;
    switch (event->type) {
      case FYET_SCALAR: return scalar(event->scalar);
      case FYET_MAPPING_START: return map(event->mapping_start, depth);
      case FYET_SEQUENCE_START: return list(event->sequence_start, depth);
      case FYET_ALIAS: {
        const Span where = span_of(event->alias.anchor);
        refuse({where.line, where.column > 1 ? where.column - 1 : 1, where.length + 1},
               "aliases (`*name`) are not used here", "write the value out");
        return node;
      }
      default: return stop(), node;
    }
  }

  YamlNode scalar(const fy_event_scalar_data& data) {
    YamlNode node;
    refuse_marks(data.anchor, data.tag);
    std::size_t size = 0;
    const char* text = fy_token_get_text(data.value, &size);
    if (text != nullptr) node.text.assign(text, size);
    node.where = last_;  // an empty value has no mark: it stands behind its key
    const fy_scalar_style style = fy_token_scalar_style(data.value);
    node.style = style == FYSS_PLAIN                             ? YamlNode::Style::plain
                 : style == FYSS_LITERAL || style == FYSS_FOLDED ? YamlNode::Style::block
                                                                 : YamlNode::Style::quoted;
    if (fy_token_start_mark(data.value) != nullptr && !(node.text.empty() && node.is_null())) {
      node.where = span_of(data.value, node.style == YamlNode::Style::quoted ? 1 : 0);
    }
    last_ = node.where;
    return node;
  }

  YamlNode map(const fy_event_mapping_start_data& data, std::size_t depth) {
    YamlNode node;
    node.kind = YamlNode::Kind::map;
    refuse_marks(data.anchor, data.tag);
    node.where = open(data.mapping_start, depth);
    while (!stopped_) {
      const Event event = next();
      if (!event) return stop(), node;
      if (event->type == FYET_MAPPING_END) break;
      YamlEntry entry;
      const bool named = event->type == FYET_SCALAR;
      YamlNode key = value(event, depth + 1);
      if (stopped_) break;
      if (!named) refuse(key.where, "a key that is not text", "a key is a plain word");
      entry.key_where = key.where;
      entry.key = std::move(key.text);
      if (entry.key == "<<") {
        refuse(entry.key_where, "merge keys (`<<`) are not used here", "write the fields out");
      }
      entry.value = value(next(), depth + 1);
      if (!stopped_) add_entry(node, std::move(entry));
    }
    if (!stopped_) opened_.pop_back();  // after an error it says where that was
    return node;
  }

  void add_entry(YamlNode& map, YamlEntry entry) {
    if (const YamlEntry* first = map.entry(entry.key)) {
      report_.add(file_, {"R0109", "the key `" + entry.key + "` stands here twice", entry.key_where,
                          "and first in line " + std::to_string(first->key_where.line),
                          "remove one of them"});
      return;
    }
    map.entries.push_back(std::move(entry));
  }

  YamlNode list(const fy_event_sequence_start_data& data, std::size_t depth) {
    YamlNode node;
    node.kind = YamlNode::Kind::list;
    refuse_marks(data.anchor, data.tag);
    node.where = open(data.sequence_start, depth);
    while (!stopped_) {
      const Event event = next();
      if (!event) return stop(), node;
      if (event->type == FYET_SEQUENCE_END) break;
      node.items.push_back(value(event, depth + 1));
    }
    if (!stopped_) opened_.pop_back();  // after an error it says where that was
    return node;
  }

  Span open(fy_token* start, std::size_t depth) {
    const Span where = start == nullptr ? last_ : span_of(start);
    opened_.push_back(where);
    if (depth > yaml_depth_max) {
      refuse(where, "nested deeper than " + std::to_string(yaml_depth_max) + " levels",
             "nothing in a project needs that");
    }
    return where;
  }

  void refuse_marks(fy_token* anchor, fy_token* tag) {
    if (anchor != nullptr) {
      refuse(span_of(anchor, 1), "anchors (`&name`) are not used here",
             "write the value out where it is needed");
    } else if (tag != nullptr) {
      refuse(span_of(tag), "tags (`!name`) are not used here", "quotes make a value text");
    }
  }

  void refuse(Span where, std::string message, std::string hint) {
    if (!refused_) report_.add(file_, {"R0110", std::move(message), where, "", std::move(hint)});
    refused_ = true;
    stop();
  }

  void stop() {
    stopped_ = true;
    report_.set_broken(file_);
  }

  /// libfyaml's marks hold byte offsets; its columns are not used, because tabs could count for
  /// more.
  Span span_of(fy_token* token, std::size_t quotes = 0) {
    const fy_mark* begin = fy_token_start_mark(token);
    const fy_mark* end = fy_token_end_mark(token);
    if (begin == nullptr || end == nullptr) return last_;
    const std::size_t from = begin->input_pos - std::min(begin->input_pos, quotes);
    return lines_.between(from, end->input_pos + quotes);
  }

  Span at_offset(std::size_t offset) { return lines_.at(offset); }

  std::size_t second_document() const {
    // The line after "---" or "...": what stands behind the last value read.
    const std::size_t from = lines_.offset(last_.line, last_.column);
    const std::size_t marker = std::min(text_.find("\n---", from), text_.find("\n...", from));
    return marker == std::string_view::npos ? from : marker + 1;
  }

  void syntax_error() {
    void* at = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diag_.get(), &at);
    Finding finding{"R0108", "this is not valid YAML", last_};
    if (error != nullptr) describe(*error, finding);
    if (!refused_) report_.add(file_, std::move(finding));
    stop();
  }

  void describe(const fy_diag_error& error, Finding& finding) {
    const std::string_view said = error.msg == nullptr ? "" : error.msg;
    finding.where = error.fyt != nullptr && fy_token_start_mark(error.fyt) != nullptr
                        ? span_of(error.fyt)
                        : Span{static_cast<std::uint32_t>(std::max(error.line, 1)),
                               static_cast<std::uint32_t>(std::max(error.column, 1)), 1};
    const auto found = std::find_if(
        translations.begin(), translations.end(),
        [&](const Translation& one) { return said.find(one.part) != std::string_view::npos; });
    if (found != translations.end()) {
      finding.message = found->message;
      finding.hint = found->hint;
    } else if (!said.empty()) {
      finding.label = said;
    }
    // Where it was opened helps; where the file ends does not.
    if (said.find("without a closing") != std::string_view::npos && !opened_.empty()) {
      finding.where = opened_.back();
      finding.label = "opened here";
    }
    if (said.find("missing comma") != std::string_view::npos) blame_opening(finding);
    if (said.find("multiline plain key") != std::string_view::npos) blame_next_line(finding);
    name_tab(finding);
  }

  /// What does not fit in a later line than its map or list was opened in is mostly one never
  /// closed.
  void blame_opening(Finding& finding) const {
    const std::string_view line = line_of(text_, finding.where.line);
    if (line.find("${") != std::string_view::npos) {
      finding.message = "`{` stands here without quotes";
      finding.hint = "a placeholder between brackets needs quotes: \"${env:NAME}\"";
    } else if (!opened_.empty() && opened_.back().line < finding.where.line) {
      finding.where = opened_.back();
      finding.message = "this is not closed where the next line begins";
      finding.label = "opened here";
      finding.hint = "add the missing bracket, or the comma before what goes on in the next line";
    }
  }

  /// libfyaml marks the text that goes on, not the deeper line that makes it go on.
  void blame_next_line(Finding& finding) const {
    const std::string_view line = line_of(text_, finding.where.line);
    const std::string_view next = line_of(text_, finding.where.line + 1);
    const std::size_t indent = next.find_first_not_of(' ');
    if (indent == std::string_view::npos || indent <= line.find_first_not_of(' ')) {
      finding.message = translations[2].message;
      finding.hint = translations[2].hint;
      return;
    }
    finding.where = {finding.where.line + 1, static_cast<std::uint32_t>(indent) + 1,
                     characters(trim(next))};
    finding.message = "this line does not fit the line above it";
    finding.label = "indented too far, or the line above needs a value";
  }

  /// A tab in the indentation leads libfyaml to complain about a line above or below it.
  void name_tab(Finding& finding) {
    for (const std::uint32_t line : {finding.where.line, finding.where.line + 1}) {
      const std::string_view whole = line_of(text_, line);
      const std::size_t tab = whole.find('\t');
      if (tab == std::string_view::npos || whole.find_first_not_of(" \t") < tab) continue;
      finding.message = translations[0].message;
      finding.hint = translations[0].hint;
      finding.label = "a tab";
      finding.where = {line, static_cast<std::uint32_t>(tab) + 1, 1};
      return;
    }
  }

  const std::string& file_;
  Report& report_;
  std::string_view text_;
  LineTable lines_;
  std::unique_ptr<fy_diag, FreeDiag> diag_;
  std::unique_ptr<fy_parser, FreeParser> parser_;
  std::vector<Span> opened_;  ///< maps and lists not closed yet
  Span last_{};               ///< of the last scalar
  bool stopped_ = false;
  bool refused_ = false;
};

}  // namespace

std::optional<YamlNode> parse_yaml(const std::string& file, Report& report) {
  return Reader(file, report).document();
}

}  // namespace rondo::project
