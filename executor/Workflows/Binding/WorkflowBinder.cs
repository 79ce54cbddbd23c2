using System.Text.RegularExpressions;
using Executor.Contracts.Identity;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Binds a YAML document to a workflow: field by field, all errors at once.</summary>
internal sealed partial class WorkflowBinder
{
    /// <summary>The version of the format.</summary>
    public const string ApiVersion = "executor.dev/v1alpha1";

    private static readonly Dictionary<string, string> SpecHabits = new()
    {
        ["steps"] = "the tasks are listed under 'tasks'",
        ["templates"] = "the tasks are listed under 'tasks'",
        ["arguments"] = "values are given under 'parameters'",
        ["env"] = "the environment of all tasks is 'defaults.env'",
        ["image"] = "the image of all tasks is 'defaults.image'",
        ["resources"] = "the resources of all tasks are 'defaults.resources'",
        ["parallelism"] = "write 'maxParallelTasks'",
    };

    private readonly ValueReader _values;
    private readonly string _text;

    private WorkflowBinder(DiagnosticList diagnostics, string text)
    {
        _values = new ValueReader(diagnostics);
        _text = text;
    }

    /// <summary>Binds a document; what does not fit is left out and told.</summary>
    /// <param name="root">The document.</param>
    /// <param name="text">Its text.</param>
    /// <param name="directory">The full path of the folder that relative paths start from.</param>
    /// <param name="diagnostics">Where errors go.</param>
    public static Workflow? Bind(YamlNode root, string text, string directory, DiagnosticList diagnostics) =>
        new WorkflowBinder(diagnostics, text).Bind(new Field(root, ""), directory);

    private Workflow? Bind(Field root, string directory)
    {
        if (_values.Fields(root, $"a workflow that begins with 'apiVersion: {ApiVersion}'") is not { } fields)
        {
            return null;
        }

        _values.Choice(fields.Required("apiVersion", ApiVersion), ApiVersion);
        _values.Choice(fields.Required("kind", "Workflow"), "Workflow");
        const string Metadata = "a mapping with the workflow's name";
        const string Spec = "a mapping with the tasks";
        var metadata = _values.Fields(fields.Required("metadata", Metadata), Metadata);
        var spec = _values.Fields(fields.Required("spec", Spec), Spec);
        fields.RefuseOthers();

        var workflow = new Workflow { Directory = directory };
        if (metadata is not null)
        {
            workflow = workflow with
            {
                Name = _values.Name(metadata.Required("name", "the workflow's name")),
                Labels = _values.TextMap(metadata.Optional("labels"), "a mapping of names to texts"),
                Annotations = _values.TextMap(metadata.Optional("annotations"), "a mapping of names to texts"),
            };
            metadata.RefuseOthers();
        }

        return spec is null ? workflow : BindSpec(spec, workflow);
    }

    private Workflow BindSpec(FieldReader spec, Workflow workflow)
    {
        var parameters = BindParameters(spec.Optional("parameters"));
        var templates = new TemplateReader(_values, _text, [.. parameters.Select(p => p.Name.Value)]);
        var settings = new SettingsBinder(_values, templates);
        var tasks = new TaskBinder(_values, templates, settings);

        var defaults = new TaskSettings();
        if (_values.Fields(spec.Optional("defaults"), "a mapping with what all tasks have in common") is { } fields)
        {
            defaults = settings.Bind(fields, hasItem: false);
            fields.RefuseOthers();
        }

        var maxParallelTasks = _values.Integer(spec.Optional("maxParallelTasks"), 1, Limits.Instances);
        var taskList = spec.Required("tasks", "a list of tasks");
        var taskFields = _values.List(taskList, "a list of tasks", Limits.Tasks);
        if (taskList is { Node: YamlList { Items.Count: 0 } })
        {
            _values.Diagnostics.Add(taskList.At, "found an empty list, expected at least one task");
        }

        var results = _values.Texts(spec.Optional("results"), "an output written task.output", Limits.Tasks);
        spec.RefuseOthers(SpecHabits);
        return workflow with
        {
            Parameters = parameters,
            Defaults = defaults,
            MaxParallelTasks = maxParallelTasks,
            Tasks = [.. taskFields.Select(tasks.Bind).OfType<TaskSpec>()],
            Results = results,
        };
    }

    private List<ParameterSpec> BindParameters(Field? field)
    {
        var parameters = new List<ParameterSpec>();
        if (_values.Fields(field, "a mapping of parameter names to default values") is null)
        {
            return parameters;
        }

        foreach (var (key, value) in ((YamlMap)field!.Node).Entries.Take(Limits.Variables))
        {
            var child = field.Child(value, key.Value);
            if (!ParameterName().IsMatch(key.Value))
            {
                _values.Diagnostics.Add(
                    child.At with { Position = key.Position },
                    $"found {key.Describe()}, expected a parameter's name of at most {Names.MaxLength} letters, digits, '_' and '-', "
                    + "beginning with a letter or '_'");
            }

            var name = new Located<string>(key.Value, child.At with { Position = key.Position });
            parameters.Add(BindParameter(name, child));
        }

        if (((YamlMap)field.Node).Entries.Count is > Limits.Variables and var count)
        {
            _values.Diagnostics.Add(field.At, $"found {count} parameters, expected at most {Limits.Variables}");
        }

        return parameters;
    }

    private ParameterSpec BindParameter(Located<string> name, Field field)
    {
        const string Expected = "a text, a number, true or false, or {required: true}";
        if (field.Node is not YamlMap)
        {
            return new ParameterSpec(name, _values.Text(field, Expected, Limits.ItemBytes)?.Value ?? "", null);
        }

        var fields = _values.Fields(field, Expected)!;
        var defaultValue = _values.Text(fields.Optional("default"), "a text, a number, true or false", Limits.ItemBytes)?.Value;
        var required = fields.Optional("required");
        var description = _values.Text(fields.Optional("description"), "text")?.Value;
        fields.RefuseOthers();
        if (required is not null && _values.OnlyTrue(required) && fields.Has("default"))
        {
            _values.Diagnostics.Add(required.At, "found both 'required' and 'default', expected one of them");
        }
        else if (required is null && !fields.Has("default"))
        {
            _values.Diagnostics.Add(field.At, "found neither 'required' nor 'default', expected one of them");
        }

        return new ParameterSpec(name, defaultValue, description);
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}
