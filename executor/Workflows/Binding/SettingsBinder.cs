using System.Text.Json;
using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Values;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Binds the fields that a task and <c>spec.defaults</c> have in common.</summary>
internal sealed class SettingsBinder(ValueReader values, TemplateReader templates)
{
    private static readonly Dictionary<string, string> ResourceHabits = new()
    {
        ["requests"] = "requests and limits are equal here, write cpu and memory directly",
        ["limits"] = "requests and limits are equal here, write cpu and memory directly",
    };

    /// <summary>Binds them; the caller refuses what is left.</summary>
    /// <param name="fields">The task or the defaults.</param>
    /// <param name="hasItem">True in a task that fans out over items.</param>
    public TaskSettings Bind(FieldReader fields, bool hasItem)
    {
        var image = templates.Parameters(fields.Optional("image"), "the name of a container image");
        var resources = values.Fields(fields.Optional("resources"), "a mapping such as {cpu: 500m, memory: 256Mi}");
        var cpu = templates.Parameters(resources?.Optional("cpu"), "an amount of CPU such as 2 or 500m");
        var memory = templates.Parameters(resources?.Optional("memory"), "an amount of memory such as 256Mi");
        var otherResources = BindOtherResources(resources);
        resources?.RefuseOthers(ResourceHabits);
        var sizing = new SizingBinder(values, templates).Bind(fields.Optional("sizing"));
        var retries = values.Fields(fields.Optional("retries"), "a mapping such as {task: 2, infrastructure: 10}");
        var taskRetries = values.Integer(retries?.Optional("task"), 0, Limits.Retries);
        var infrastructureRetries = values.Integer(retries?.Optional("infrastructure"), 0, Limits.Retries);
        retries?.RefuseOthers();
        var timeout = templates.Parameters(fields.Optional("timeout"), "a duration such as 90s, 10m or 1h30m");
        var fromCluster = new List<YamlNode>();
        var environment = new EnvironmentBinder(values, templates).Bind(fields.Optional("env"), hasItem, fromCluster);
        var workingDirectory = templates.Instance(fields.Optional("workingDirectory"), "the path of a folder", hasItem);
        var code = templates.Parameters(fields.Optional("code"), "the path of a folder");
        var runner = values.Choice(fields.Optional("runner"), "inject", "image");
        return new TaskSettings
        {
            Image = image,
            Cpu = cpu,
            Memory = memory,
            OtherResources = otherResources,
            Sizing = sizing,
            TaskRetries = taskRetries,
            InfrastructureRetries = infrastructureRetries,
            Timeout = timeout,
            Environment = environment,
            WorkingDirectory = workingDirectory,
            Code = code,
            Runner = runner,
            PodFields = BindPodFields(fields, fromCluster),
        };
    }

    /// <summary>Whatever has a slash in its name is an extended resource, of which whole numbers are asked for (core/v1 ResourceName).</summary>
    private SortedDictionary<string, Located<Template>> BindOtherResources(FieldReader? resources)
    {
        var bound = new SortedDictionary<string, Located<Template>>(StringComparer.Ordinal);
        if (templates.Parameters(resources?.Optional(ResourceNames.EphemeralStorage), "an amount of disk such as 2Gi") is { } storage)
        {
            bound[ResourceNames.EphemeralStorage] = storage;
        }

        foreach (var (name, field) in resources?.Fitting(name => name.Contains('/', StringComparison.Ordinal)) ?? [])
        {
            Add(name, field);
        }

        if (resources?.Optional("gpu") is { } gpu)
        {
            if (bound.ContainsKey(ResourceNames.Gpu))
            {
                values.Diagnostics.Add(gpu.At, $"found 'gpu' beside '{ResourceNames.Gpu}', expected one of them: they are the same");
            }
            else
            {
                Add(ResourceNames.Gpu, gpu);
            }
        }

        return bound;

        void Add(string name, Field field)
        {
            if (templates.Parameters(field, "a whole number") is { } amount)
            {
                bound[name] = amount;
            }
        }
    }

    /// <summary>Fields of the pod are checked for their outermost type alone: the cluster knows the rest better.</summary>
    private SortedDictionary<string, JsonElement> BindPodFields(FieldReader fields, List<YamlNode> fromCluster)
    {
        var bound = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, shape) in PodFieldShapes.ByName)
        {
            if (fields.Optional(name) is { } field)
            {
                var fits = shape switch
                {
                    PodFieldShape.Map => field.Node is YamlMap,
                    PodFieldShape.List => field.Node is YamlList,
                    _ => field.Node is YamlScalar { IsNull: false },
                };
                if (fits)
                {
                    bound[name] = YamlToJson.Convert(field.Node);
                }
                else
                {
                    values.Mismatch(field, $"{PodFieldShapes.Describe(shape)}, as in a Kubernetes pod");
                }
            }
        }

        if (fromCluster is [var first, ..])
        {
            bound["env"] = YamlToJson.Convert(new YamlList(fromCluster, first.Position, first.Start, first.End));
        }

        return bound;
    }
}
