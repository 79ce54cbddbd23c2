using System.Text;
using Executor.Workflows.Values;
using Xunit;

namespace Executor.Tests.Workflows;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain { text }", "plain { text }")]
    [InlineData("day {{index}} of {{ parameters.days }}", "day 7 of 30")]
    [InlineData("{{index}}{{index}}", "77")]
    [InlineData("{{{{index}}", "{{index}}")]
    [InlineData("{{{{{{index}}}}", "{{7}}")]
    [InlineData("{{{index}}}", "{7}")]
    [InlineData("{{{{{{{{", "{{{{")]
    [InlineData("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}")]
    [InlineData("}} {{index}} }}", "}} 7 }}")]
    public void Placeholders_are_replaced_and_four_braces_stand_for_two(string text, string expanded) =>
        Assert.Equal(expanded, Template.Parse(text).Expand(ValueOf));

    [Theory]
    [InlineData("{{index")]
    [InlineData("{{index}")]
    [InlineData("a {{")]
    public void A_placeholder_that_is_not_closed_is_no_template(string text)
    {
        Assert.False(Template.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Template.Parse(text));
    }

    [Fact]
    public void A_value_is_not_looked_at_for_placeholders_again() =>
        Assert.Equal("{{index}}", Template.Parse("{{item}}").Expand(name => name == "item" ? "{{index}}" : "7"));

    [Fact]
    public void A_placeholder_without_a_value_makes_the_whole_text_unknown() =>
        Assert.Null(Template.Parse("{{index}} {{item}}").Expand(name => name == "index" ? "7" : null));

    [Fact]
    public void Replacing_in_two_steps_gives_the_same_as_in_one()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        string[] parts = ["{", "{{{{", "}", "}}", "x", "{{index}}", "{{parameters.days}}", "{{item}}"];
        for (var i = 0; i < 2000; i++)
        {
            var text = new StringBuilder();
            for (var n = random.Next(8); n > 0; n--)
            {
                text.Append(parts[random.Next(parts.Length)]);
            }

            if (!Template.TryParse(text.ToString(), out var template))
            {
                continue;
            }

            string[] values = ["{", "{{", "{{{", "}}", "{{index}}", "a"];
            var (item, days) = (values[random.Next(values.Length)], values[random.Next(values.Length)]);
            string? Days(string name) => name == "parameters.days" ? days : null;
            string? All(string name) => name == "item" ? item : name == "index" ? "7" : days;

            Assert.True(template.Expand(All) == template.ExpandKnown(Days).Expand(All), $"seed {seed}, template '{text}', days '{days}', item '{item}'");
        }
    }

    private static string? ValueOf(string name) => name switch
    {
        "index" => "7",
        "parameters.days" => "30",
        _ => null,
    };
}
