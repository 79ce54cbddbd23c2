using System.Text.Json;
using Executor.Cluster;
using Executor.TestKit;
using Executor.Workflows.Errors;
using Executor.Workflows.Yaml;
using Xunit;

namespace Executor.Tests.Cluster;

/// <summary>The command's lists of rights and the chart's are the same.</summary>
public sealed class AccessRulesTests
{
    private static readonly string Template = File.ReadAllText(Repository.PathOf("charts", "executor", "templates", "_rbac.tpl"));

    [Fact]
    public void A_driver_has_the_rights_that_the_chart_gives() => Assert.Equal(Chart("executor.driverRules"), Listed(AccessRules.Driver));

    [Fact]
    public void A_person_has_the_rights_that_the_chart_gives() =>
        Assert.Equal(Chart("executor.userRules"), Listed([.. AccessRules.User, .. AccessRules.Examination]));

    [Fact]
    public void Nodes_are_watched_by_the_right_that_the_chart_gives() => Assert.Equal(Chart("executor.nodeRules"), Listed(AccessRules.Nodes));

    [Fact]
    public void Kubelets_are_read_by_the_right_that_the_chart_gives() => Assert.Equal(Chart("executor.kubeletRules"), Listed(AccessRules.Kubelets));

    [Fact]
    public void Sizing_by_VPA_takes_the_rights_that_the_chart_gives()
    {
        Assert.Equal(Chart("executor.vpaDriverRules"), Listed(AccessRules.VpaDriver));
        Assert.Equal(Chart("executor.vpaExaminationRules"), Listed(AccessRules.VpaExamination));
    }

    [Fact]
    public void No_role_may_do_everything()
    {
        foreach (var rule in AccessRules.Driver.Concat(AccessRules.User).Concat(AccessRules.Trial).Concat(AccessRules.VpaDriver).Concat(AccessRules.VpaExamination))
        {
            Assert.DoesNotContain("*", rule.Verbs);
            Assert.NotEqual("*", rule.Resource);
            Assert.NotEmpty(rule.Why);
        }
    }

    private static List<string> Listed(IReadOnlyList<AccessRule> rules) =>
        [.. rules.SelectMany(rule => rule.Verbs.Select(verb => Line(rule.Group, rule.Resource, rule.Name, verb))).Order(StringComparer.Ordinal)];

    private static List<string> Chart(string name)
    {
        var begin = Template.IndexOf($"define \"{name}\"", StringComparison.Ordinal);
        begin = Template.IndexOf('\n', begin);
        var end = Template.IndexOf("{{- end }}", begin, StringComparison.Ordinal);
        var diagnostics = new DiagnosticList("_rbac.tpl");
        var rules = YamlToJson.Convert(YamlTreeReader.Read(Template[begin..end], diagnostics)!);
        Assert.True(diagnostics.IsEmpty);
        var lines =
            from rule in rules.EnumerateArray()
            from apiGroup in Texts(rule, "apiGroups")
            from resource in Texts(rule, "resources")
            from verb in Texts(rule, "verbs")
            select Line(apiGroup, resource, rule.TryGetProperty("resourceNames", out var names) ? names[0].GetString() : null, verb);
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Texts(JsonElement rule, string name) => rule.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);

    private static string Line(string apiGroup, string resource, string? name, string verb) => $"{apiGroup}/{resource} {name} {verb}";
}
