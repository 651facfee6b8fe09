#include "vectors/vector_report.hpp"

#include <map>
#include <vector>

#include "sallyport/model/vectors/load.hpp"

namespace sallyport::sim {

namespace {

struct Tally {
  std::size_t passed = 0;
  std::size_t skipped = 0;
  std::map<std::string, std::size_t> reasons;
  std::vector<std::string> failures;
};

/// Both parts of a case have to hold.
std::string run_case(const model::VectorCase& one, VectorMachines& machines) {
  std::string why = one.gcm ? machines.run(*one.gcm) : "";
  if (why.empty() && one.esp) why = machines.run(*one.esp);
  return why;
}

Tally run_cases(const model::VectorCases& cases, VectorMachines& machines) {
  Tally tally;
  for (const auto& one : cases) {
    if (!one.skip.empty()) {
      ++tally.skipped;
      ++tally.reasons[one.skip];
      continue;
    }
    const std::string why = run_case(one, machines);
    if (why.empty()) {
      ++tally.passed;
    } else {
      tally.failures.push_back(one.name + ": " + why);
    }
  }
  return tally;
}

void print(const std::filesystem::path& file, const Tally& tally, std::ostream& out) {
  out << file.string() << ": " << tally.passed << " passed, " << tally.failures.size() << " failed, " << tally.skipped
      << " skipped\n";
  for (const auto& [reason, count] : tally.reasons) out << "  skipped " << count << ": " << reason << '\n';
  for (const auto& failure : tally.failures) out << "  failed: " << failure << '\n';
}

}  // namespace

int report_vector_files(std::span<const std::filesystem::path> files, VectorMachines& machines, std::ostream& out,
                        std::ostream& errors) {
  bool failed = false;
  bool unusable = false;
  for (const auto& file : files) {
    const auto cases = model::load_vectors(file);
    if (!cases) {
      errors << cases.error().text << '\n';
      unusable = true;
      continue;
    }
    const Tally tally = run_cases(*cases, machines);
    failed |= !tally.failures.empty();
    print(file, tally, out);
    out.flush();
  }
  if (failed) return 1;
  return unusable ? 2 : 0;
}

}  // namespace sallyport::sim
