// The page in a real browser: headless Chromium, where there is one. A script put behind the page's own looks at what
// was drawn and leaves its findings in the document, which Chromium prints.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "report_fixture.hpp"

namespace sallyport::report {
namespace {

class Browser : public ReportFolder {
 protected:
  void SetUp() override {
    if (std::system("command -v chromium >/dev/null 2>&1") != 0) GTEST_SKIP() << "chromium is not installed";
  }

  /// The document's body tag after the page's scripts and `probe` have run. Fails if the console said anything.
  std::string dom_of(const std::filesystem::path& log, const std::string& probe) const {
    const auto written = write_report(log, path("page.html"));
    EXPECT_TRUE(written) << written.error().text;
    std::string page = content(path("page.html"));
    const std::size_t end = page.rfind("</body>");
    page.insert(end, "<script>setTimeout(() => {" + probe + "}, 500);</script>");
    std::ofstream(path("probe.html"), std::ios::binary) << page;
    const std::string command =
        "timeout 100 chromium --headless=new --no-sandbox --disable-gpu --no-first-run --enable-logging=stderr "
        "--window-size=1400,1600 --virtual-time-budget=5000 --user-data-dir=" +
        path("profile").string() + " --dump-dom file://" + path("probe.html").string() + " 2>" +
        path("console").string();
    struct Close {
      void operator()(std::FILE* pipe) const { pclose(pipe); }
    };
    const std::unique_ptr<std::FILE, Close> pipe(popen(command.c_str(), "r"));
    std::string dom;
    for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) dom += static_cast<char>(c);
    EXPECT_EQ(complaints(path("console")), "");
    // Enough for every look; the rest is page data.
    return dom.substr(dom.find("<body"), 400);
  }

 private:
  /// What the page's console said, without the advice on speed that reading pixels earns the probe.
  static std::string complaints(const std::filesystem::path& log) {
    std::ifstream in(log);
    std::string result;
    for (std::string line; std::getline(in, line);) {
      const bool said = line.find("CONSOLE") != std::string::npos;
      if (said && line.find("willReadFrequently") == std::string::npos) result += line + "\n";
    }
    return result;
  }
};

/// Counts the pixels of a state's colour on the canvases below `selector`.
const char* const kCountPixels = R"(
  const count = (selector, state) => {
    const [r, g, b] = colour(state).match(/[0-9a-f]{2}/g).map(hex => parseInt(hex, 16));
    let found = 0;
    for (const canvas of document.querySelectorAll(selector + ' canvas')) {
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      for (let i = 0; i < pixels.length; i += 4) {
        found += pixels[i] === r && pixels[i + 1] === g && pixels[i + 2] === b && pixels[i + 3] === 255;
      }
    }
    return found;
  };
)";

TEST_F(Browser, AnOverlapOf50MillisecondsInAnHourIsSeen) {
  const std::string body =
      dom_of(hour_with_one_overlap(), std::string(kCountPixels) +
                                          "document.body.dataset.chart = count('.chart', 'overlap') > 0;"
                                          "document.body.dataset.timeline = count('.timeline', 'overlap') > 0;"
                                          "document.body.dataset.redundant = count('.plot', 'redundant');");
  EXPECT_NE(body.find("data-ready=\"yes\""), std::string::npos) << body;
  EXPECT_EQ(body.find("data-error"), std::string::npos) << body;
  EXPECT_NE(body.find("data-chart=\"true\""), std::string::npos) << body;
  EXPECT_NE(body.find("data-timeline=\"true\""), std::string::npos) << body;
  EXPECT_NE(body.find("data-redundant=\"0\""), std::string::npos) << "a state that never was is drawn: " << body;
}

TEST_F(Browser, ZoomingMovesAllPlots) {
  ASSERT_TRUE(write_synthetic_log(path("two.jsonl"), {}));
  const std::string body = dom_of(path("two.jsonl"), R"(
    document.querySelector('[data-time]').click();
    document.querySelector('#theme').click();
    document.body.dataset.range = document.getElementById('range').textContent;
    document.querySelector('[data-action=whole]').click();
    document.body.dataset.whole = document.getElementById('range').textContent;)");
  EXPECT_NE(body.find("data-ready=\"yes\""), std::string::npos) << body;
  EXPECT_EQ(body.find("data-error"), std::string::npos) << body;
  EXPECT_NE(body.find("(200 ms)"), std::string::npos) << body;
  EXPECT_NE(body.find("data-whole=\"Whole run, 6 s\""), std::string::npos) << body;
}

TEST_F(Browser, AHostileLogRunsNothing) {
  SyntheticRun run;
  run.name = "</title></script><script>document.body.dataset.taken = 'yes'</script><!--";
  run.owner_prefix = "\"><img src=x onerror=\"document.body.dataset.taken='yes'\"></script><script>";
  ASSERT_TRUE(write_synthetic_log(path("hostile.jsonl"), run));
  const std::string body = dom_of(path("hostile.jsonl"), "");
  EXPECT_NE(body.find("data-ready=\"yes\""), std::string::npos) << body;
  EXPECT_EQ(body.find("data-taken"), std::string::npos) << body;
}

}  // namespace
}  // namespace sallyport::report
