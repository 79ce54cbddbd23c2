using System.Text;
using Executor.Planning;
using Executor.Workflows;
using Xunit;

namespace Executor.Tests.Workflows;

/// <summary>What is said of a file that cannot be read as text, or is too large in one way or another.</summary>
public sealed class WorkflowFileTests : IDisposable
{
    private const string Valid = "apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks: [{name: a, command: [x]}]\n";

    private readonly WorkflowFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_does_not_exist_is_told() => Assert.Equal(["q.yaml: no such file"], Errors("q.yaml"));

    [Fact]
    public void A_folder_is_told()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "q.yaml"));
        Assert.Equal(["q.yaml: found a folder, expected a workflow file"], Errors("q.yaml"));
    }

    [Fact]
    public void A_file_of_4_MiB_is_read_and_a_larger_one_refused()
    {
        _folder.Write("q.yaml", Valid + new string('#', WorkflowText.MaxBytes - Valid.Length));
        Assert.Empty(Errors("q.yaml"));

        _folder.Write("q.yaml", Valid + new string('#', WorkflowText.MaxBytes - Valid.Length + 1));
        Assert.Equal(["q.yaml: the file is larger than 4 MiB, the most a workflow file may have"], Errors("q.yaml"));
    }

    [Fact]
    public void A_byte_that_is_not_UTF8_is_told_with_its_place()
    {
        _folder.Write("q.yaml", [.. "kind: ü\nx: a"u8, 0xE9, .. "b\n"u8]);
        Assert.Equal(["q.yaml:2:5: found the byte 0xE9, which is not UTF-8"], Errors("q.yaml"));
    }

    [Fact]
    public void UTF16_is_told()
    {
        _folder.Write("q.yaml", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Valid)]);
        Assert.Equal(["q.yaml: found UTF-16, expected UTF-8"], Errors("q.yaml"));
    }

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_change_nothing()
    {
        _folder.Write("q.yaml", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Valid.ReplaceLineEndings("\r\n"))]);
        Assert.Empty(Errors("q.yaml"));

        _folder.Write("q.yaml", Encoding.UTF8.GetBytes(Valid.Replace("[x]", "[x, '{{y}}']").ReplaceLineEndings("\r\n")));
        Assert.Equal(
            ["q.yaml:5:35: spec.tasks[0].command[1]: found '{{y}}', expected the name of a value; there are: index, run.id (write {{{{ for the text {{)"],
            Errors("q.yaml"));
    }

    [Fact]
    public void Aliases_that_stand_for_too_much_are_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        _folder.Write("q.yaml", bomb.ToString());
        Assert.Equal(["q.yaml:7:15: aliases stand for more than 3000000 values"], Errors("q.yaml"));
    }

    [Fact]
    public void Values_that_are_nested_too_deep_are_refused()
    {
        _folder.Write("q.yaml", new string('[', 100_000));
        Assert.Equal(["q.yaml:1:66: values are nested more than 64 deep"], Errors("q.yaml"));
    }

    [Fact]
    public void Anchors_and_merge_keys_are_followed_and_what_is_written_wins()
    {
        _folder.Write("q.yaml", """
            apiVersion: executor.dev/v1alpha1
            kind: Workflow
            metadata: {name: q}
            spec:
              tasks:
                - &first
                  name: a
                  command: &command [x, y]
                  timeout: 5s
                - <<: [*first, {timeout: 9s, class: big}]
                  name: b
                - {name: c, command: *command}
            """);

        var plan = WorkflowPlanner.Plan(Path.Combine(_folder.FullName, "q.yaml"), new Dictionary<string, string>()).Resolved!.Plan;

        Assert.Equal(["a", "b", "c"], plan.Tasks.Select(t => t.Name));
        Assert.All(plan.Tasks, t => Assert.Equal(["x", "y"], t.Command!));
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), null], plan.Tasks.Select(t => t.Timeout));
        Assert.Equal([null, "big", null], plan.Tasks.Select(t => t.Class));
    }

    [Theory]
    [InlineData("script", 122_880)]
    [InlineData("image", 4096)]
    [InlineData("workingDirectory", 4096)]
    public void A_text_is_refused_if_it_is_larger_than_its_limit(string field, int limit)
    {
        var body = field == "script" ? "" : ", command: [x]";
        _folder.Write("q.yaml", Valid.Replace(", command: [x]", $"{body}, {field}: {new string('x', limit)}"));
        Assert.Empty(Errors("q.yaml"));

        _folder.Write("q.yaml", Valid.Replace(", command: [x]", $"{body}, {field}: {new string('x', limit + 1)}"));
        Assert.Contains($"spec.tasks[0].{field}: found a text of {limit + 1} bytes, expected at most {limit}", Assert.Single(Errors("q.yaml")));
    }

    [Fact]
    public void A_file_full_of_errors_is_cut_short()
    {
        _folder.Write("q.yaml", Valid + string.Concat(Enumerable.Range(0, 150).Select(i => $"x{i}: 1\n")));
        var errors = Errors("q.yaml");
        Assert.Equal(101, errors.Count);
        Assert.Equal("q.yaml: 50 more errors", errors[^1]);
    }

    [Fact]
    public void Windows_line_ends_do_not_reach_a_script()
    {
        var path = _folder.Write("q.yaml", Valid.Replace("[{name: a, command: [x]}]", "\n    - name: a\n      script: |\n        a\n        b\n").ReplaceLineEndings("\r\n"));
        Assert.Equal("a\nb\n", WorkflowPlanner.Plan(path, new Dictionary<string, string>()).Resolved!.Plan.Tasks[0].Command![3]);
    }

    [Fact]
    public void Ten_thousand_chained_tasks_are_planned()
    {
        var text = new StringBuilder("apiVersion: executor.dev/v1alpha1\nkind: Workflow\nmetadata: {name: q}\nspec:\n  tasks:\n");
        for (var i = 9_999; i >= 0; i--)
        {
            text.Append($"    - {{name: t{i}, command: [x], outputs: [{{name: o}}]{(i == 0 ? "" : $", inputs: [{{from: t{i - 1}.o}}]")}}}\n");
        }

        var path = _folder.Write("q.yaml", text.ToString());
        var plan = WorkflowPlanner.Plan(path, new Dictionary<string, string>()).Resolved!.Plan;

        Assert.Equal("t0", plan.Tasks[0].Name);
        Assert.Equal(10_000, plan.Tasks[0].CriticalPath);
        Assert.Equal([9_998], plan.Tasks[^1].DependsOn);
    }

    private IReadOnlyList<string> Errors(string name) =>
        [.. WorkflowPlanner.Validate(Path.Combine(_folder.FullName, name), new Dictionary<string, string>())
            .Errors.Select(e => e.Replace(_folder.FullName + "/", ""))];
}
