using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Binds one element of <c>spec.tasks</c>.</summary>
internal sealed class TaskBinder(ValueReader values, TemplateReader templates, SettingsBinder settings)
{
    private const string CommandExpected = "a list such as [python3, extract.py]";

    private static readonly Dictionary<string, string> Habits = new()
    {
        ["args"] = "the arguments follow the program in 'command'",
        ["dependencies"] = "tasks that must be done before are listed under 'after'",
        ["depends"] = "tasks that must be done before are listed under 'after'",
        ["dependsOn"] = "tasks that must be done before are listed under 'after'",
        ["needs"] = "tasks that must be done before are listed under 'after'",
        ["input"] = "the inputs are listed under 'inputs'",
        ["output"] = "the outputs are listed under 'outputs'",
        ["withItems"] = "write 'fanOut: {items: [...]}'",
        ["withParam"] = "write 'fanOut: {items: [...]}'",
        ["assembly"] = "write 'dotnet: {source: Report.dll}'",
        ["run"] = "write 'command' or 'script'",
    };

    private static readonly Dictionary<string, string> DotnetHabits = new()
    {
        ["project"] = "the project is the 'source'",
    };

    /// <summary>Binds a task; null where it is no mapping.</summary>
    public TaskSpec? Bind(Field field)
    {
        if (values.Fields(field, "a mapping with the task's name and what it runs") is not { } fields)
        {
            return null;
        }

        var name = values.Name(fields.Required("name", "the task's name"));
        var fanOut = BindFanOut(fields.Optional("fanOut"));
        var hasItem = fanOut?.Items is not null;
        var task = new TaskSpec
        {
            At = field.At,
            Name = name,
            FanOut = fanOut,
            After = values.Texts(fields.Optional("after"), "the name of a task", Limits.ShortList),
            Inputs = BindInputs(fields.Optional("inputs")),
            Stdin = values.NonEmptyText(fields.Optional("stdin"), "an input written task.output"),
            Outputs = new OutputBinder(values, templates).Bind(fields.Optional("outputs")),
            Stdout = values.NonEmptyText(fields.Optional("stdout"), "the name of an output"),
            Class = values.Name(fields.Optional("class")),
        };
        task = BindBody(fields, task, hasItem);
        task = task with { Settings = settings.Bind(fields, hasItem) };
        if (task.Settings.Code is { } code && fields.Has("dotnet"))
        {
            values.Diagnostics.Add(code.At, "found code in a .NET task, whose code is what its 'source' is built to; expected a command or a script");
        }

        fields.RefuseOthers(Habits);
        return task;
    }

    private FanOutSpec? BindFanOut(Field? field)
    {
        const string Expected = "a mapping with one of count, items, over";
        if (values.Fields(field, Expected) is not { } fields)
        {
            return null;
        }

        var count = templates.Parameters(fields.Optional("count"), $"a whole number from 0 to {Limits.Instances}");
        var itemsField = fields.Optional("items");
        var items = values.List(itemsField, "a list of texts", Limits.Instances)
            .Select(f => templates.Parameters(f, "text", Limits.ItemBytes)).OfType<Located<Template>>().ToList();
        var over = values.NonEmptyText(fields.Optional("over"), "an output written task.output");
        var splitField = fields.Optional("splitAbove");
        var splitAbove = templates.Parameters(splitField, "an amount of data such as 256Mi");
        fields.RefuseOthers();
        values.ExactlyOne(field!.At, fields, "count", "items", "over");
        if (splitField is not null && !fields.Has("over"))
        {
            values.Diagnostics.Add(splitField.At, "found splitAbove without over, expected 'over: task.output' beside it: what it splits are partitions");
        }

        return new FanOutSpec(count, itemsField is null ? null : items, over, splitAbove);
    }

    private List<InputSpec> BindInputs(Field? field) =>
        [.. values.List(field, "a list of inputs such as {from: task.output}", Limits.ShortList).Select(BindInput).OfType<InputSpec>()];

    private InputSpec? BindInput(Field field)
    {
        if (values.Fields(field, "a mapping such as {from: task.output}") is not { } fields)
        {
            return null;
        }

        var from = values.NonEmptyText(fields.Required("from", "an output written task.output"), "an output written task.output");
        var read = values.Choice(fields.Optional("read"), "partition", "all", "same-index");
        var format = OutputBinder.Format(values, fields.Optional("format"));
        fields.RefuseOthers();
        return new InputSpec(field.At, from, read, format);
    }

    private TaskSpec BindBody(FieldReader fields, TaskSpec task, bool hasItem)
    {
        var command = fields.Optional("command");
        var script = fields.Optional("script");
        var dotnet = fields.Optional("dotnet");
        if (command is null && script is null && dotnet is null)
        {
            values.Diagnostics.Add(fields.At, "missing command, expected one of command, script, dotnet");
        }
        else
        {
            values.ExactlyOne(fields.At, fields, "command", "script", "dotnet");
        }

        return task with { Command = BindCommand(command, hasItem) ?? BindScript(script, hasItem), Dotnet = BindDotnet(dotnet) };
    }

    private List<Located<Template>>? BindScript(Field? script, bool hasItem)
    {
        string[] shell = ["/bin/sh", "-eu", "-c"];
        return templates.Instance(script, "the text of a shell script", hasItem, Limits.ArgumentBytes) is { } text
            ? [.. shell.Select(s => new Located<Template>(Template.Parse(s), text.At)), text]
            : null;
    }

    private List<Located<Template>>? BindCommand(Field? command, bool hasItem)
    {
        if (command is null)
        {
            return null;
        }

        if (command.Node is YamlScalar { IsNull: false })
        {
            values.Diagnostics.Add(
                command.At, $"found {command.Node.Describe()}, expected {CommandExpected} (use 'script' for a line of shell)");
            return null;
        }

        if (command.Node is YamlList { Items.Count: 0 })
        {
            values.Diagnostics.Add(command.At, $"found an empty list, expected {CommandExpected}");
        }

        return [.. values.List(command, CommandExpected, Limits.Arguments)
            .Select(f => templates.Instance(f, "text (write \"\" for an empty argument)", hasItem, Limits.ArgumentBytes))
            .OfType<Located<Template>>()];
    }

    private DotnetSpec? BindDotnet(Field? field)
    {
        if (field is null || values.Fields(field, "a mapping such as {source: Report.cs}") is not { } fields)
        {
            return null;
        }

        const string Expected = "the path of a .cs, .csproj or .dll file";
        const string TypeExpected = "the full name of a type";
        if (fields.Has("assembly"))
        {
            values.ExactlyOne(field.At, fields, "source", "assembly");
            var assembly = BindAssembly(fields.Optional("assembly"));
            _ = fields.Optional("source");

            // Nobody can look into an image before it runs, so that the task has to be named in full.
            var named = values.NonEmptyText(fields.Required("type", TypeExpected), TypeExpected);
            fields.RefuseOthers(DotnetHabits);
            return new DotnetSpec(null, named?.Value) { Assembly = assembly };
        }

        var source = values.NonEmptyText(fields.Required("source", Expected), Expected);
        if (source is not null && Path.GetExtension(source.Value) is not (".cs" or ".csproj" or ".dll"))
        {
            values.Diagnostics.Add(source.At, $"found {Quoted.Text(source.Value)}, expected {Expected}");
            source = null;
        }

        var type = values.NonEmptyText(fields.Optional("type"), TypeExpected);
        fields.RefuseOthers(DotnetHabits);
        return new DotnetSpec(source, type?.Value);
    }

    private Located<string>? BindAssembly(Field? field)
    {
        const string Expected = "the absolute path of a .dll in the task's image";
        var assembly = values.NonEmptyText(field, Expected);
        if (assembly is not null && (!assembly.Value.StartsWith('/') || Path.GetExtension(assembly.Value) != ".dll"))
        {
            values.Diagnostics.Add(assembly.At, $"found {Quoted.Text(assembly.Value)}, expected {Expected}");
            return null;
        }

        return assembly;
    }
}
