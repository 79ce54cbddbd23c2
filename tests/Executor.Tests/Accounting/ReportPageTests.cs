using System.Text.RegularExpressions;
using System.Xml.Linq;
using Executor.Accounting.Advice;
using Executor.Accounting.Page;
using Executor.Outcomes;
using Xunit;

namespace Executor.Tests.Accounting;

public sealed class ReportPageTests
{
    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        var html = Page(200);
        Assert.DoesNotMatch(@"(?i)<script|https?:|\burl\(|@import|<link|<img|<iframe|\son\w+=", html);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_of_others_are_no_markup()
    {
        var page = new ReportPage("<script>run", "a \"flow\" & 'more'");
        page.Add(new(SampleRows.Attempt(usage: SampleRows.Usage, task: "<b>"), "<img src=x>", new()));

        var html = Written(page);

        Assert.DoesNotMatch("<script|<img|<b>&", html);
        Assert.Contains("&lt;script&gt;run", html, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_drawing_is_well_formed_and_within_its_bounds()
    {
        var drawings = Regex.Matches(Page(300), "<svg.*?</svg>", RegexOptions.Singleline).Select(match => XElement.Parse(match.Value)).ToList();
        Assert.True(drawings.Count >= 4);
        foreach (var drawing in drawings)
        {
            var size = drawing.Attribute("viewBox")!.Value.Split(' ').Select(double.Parse).ToArray();
            foreach (var rectangle in drawing.Descendants("rect").Where(rectangle => rectangle.Attribute("x") is not null))
            {
                double Of(string name) => double.Parse(rectangle.Attribute(name)!.Value, System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(Of("x") >= 0 && Of("width") >= 0 && Of("x") + Of("width") <= size[2] + 1, rectangle.ToString());
                Assert.True(Of("y") >= 0 && Of("height") >= 0 && Of("y") + Of("height") <= size[3], rectangle.ToString());
            }
        }
    }

    [Fact]
    public void Ten_thousand_attempts_make_a_page_of_bounded_size_that_says_what_it_leaves_out()
    {
        var html = Page(10_000);
        Assert.InRange(html.Length, 100_000, 1_000_000);
        Assert.Contains("2,000 of 10,000 attempts are drawn", html, StringComparison.Ordinal);
        Assert.Matches(@"<b>10,000</b>\n<span>attempts</span>", html);
        Assert.Equal(100, Regex.Count(html, "class=\"(oom|failed)\"><title>"));
    }

    [Fact]
    public void As_many_attempts_as_ran_at_a_time_are_said_to_have_done_so()
    {
        var page = new ReportPage("r", "flow");
        for (var i = 0; i < 3; i++)
        {
            page.Add(new(SampleRows.Attempt(usage: SampleRows.Usage with { Ended = SampleRows.Usage.Started.AddSeconds(7.3) }, index: i), "class", new()));
        }

        Assert.Contains("At most 3 at a time", Written(page), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_which_nothing_has_ended_has_a_page_too()
    {
        Assert.Contains("No attempt has run and ended", Written(new ReportPage("r", "flow")), StringComparison.Ordinal);

        var page = new ReportPage("r", "flow");
        page.Add(SampleRows.Row(SampleRows.Attempt(AttemptCause.Unschedulable)));
        Assert.Contains("<td>Unschedulable</td>", Written(page), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_is_shown_where_there_is_any()
    {
        var page = new ReportPage("r", "flow");
        page.Add(SampleRows.Row(SampleRows.Attempt(usage: SampleRows.Usage)));
        var change = new SizeChange("heavy", ["work"], SizedResource.Memory, 4L << 30, 1L << 30, 3600.0 * (3L << 30), 0.0127) { Attempts = 1 };

        Assert.Contains("<li>memory of work from 4 GiB to 1 GiB would have saved 3.00 GiB", Written(page, change), StringComparison.Ordinal);
        Assert.DoesNotContain("What would have saved most", Written(page), StringComparison.Ordinal);
    }

    // Starts are spread over an hour, one in a hundred fails, half of those for memory; later ones are added first.
    private static string Page(int attempts)
    {
        var page = new ReportPage("r", "flow");
        for (var i = attempts - 1; i >= 0; i--)
        {
            var usage = SampleRows.Usage with
            {
                Started = SampleRows.Start.AddSeconds(3600.0 * i / attempts),
                Ended = SampleRows.Start.AddSeconds((3600.0 * i / attempts) + 5 + (i * 37 % 60)),
                PeakMemoryBytes = 100_000_000 + (i * 7919 % 3_000_000_000L),
            };
            var cause = i % 200 == 0 ? AttemptCause.OutOfMemory : i % 200 == 100 ? AttemptCause.Failed : AttemptCause.Succeeded;
            page.Add(new(SampleRows.Attempt(cause, usage, $"task{i % 9}", i), $"class{i % 9}", new()));
        }

        return Written(page);
    }

    private static string Written(ReportPage page, params SizeChange[] advice)
    {
        using var writer = new StringWriter();
        page.Write(writer, advice);
        return writer.ToString();
    }
}
