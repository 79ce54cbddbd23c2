using Executor.Workflows.Errors;
using Executor.Workflows.Model;
using Executor.Workflows.Yaml;

namespace Executor.Workflows.Binding;

/// <summary>Binds <c>sizing</c>, which may be a word or a mapping.</summary>
internal sealed class SizingBinder(ValueReader values, TemplateReader templates)
{
    private const string Expected = "off, recommend, apply, vpa, or a mapping such as {mode: apply, memory: {max: 4Gi}}";

    private static readonly string[] Modes = ["off", "recommend", "apply", "vpa"];

    private static readonly Dictionary<string, string> Habits = new()
    {
        ["class"] = "the class is the task's own field 'class'",
        ["min"] = "write 'memory: {min: ...}'",
        ["max"] = "write 'memory: {max: ...}'",
    };

    /// <summary>Binds it.</summary>
    public SizingSpec Bind(Field? field)
    {
        if (field?.Node is YamlScalar { IsNull: false })
        {
            return new SizingSpec { Mode = Mode(field) };
        }

        if (values.Fields(field, Expected) is not { } fields)
        {
            return new SizingSpec();
        }

        var sizing = new SizingSpec
        {
            Mode = Mode(fields.Optional("mode")),
            Memory = Bounds(fields.Optional("memory"), "an amount of memory such as 256Mi", "{min: 256Mi, max: 4Gi}"),
            Cpu = Bounds(fields.Optional("cpu"), "an amount of CPU such as 2 or 500m", "{min: 250m, max: 4}"),
        };
        fields.RefuseOthers(Habits);
        return sizing;
    }

    private Located<string>? Mode(Field? field) => values.Choice(field, Modes);

    private BoundsSpec Bounds(Field? field, string amount, string example)
    {
        if (values.Fields(field, $"a mapping such as {example}") is not { } fields)
        {
            return new BoundsSpec(null, null);
        }

        var bounds = new BoundsSpec(templates.Parameters(fields.Optional("min"), amount), templates.Parameters(fields.Optional("max"), amount));
        fields.RefuseOthers();
        return bounds;
    }
}
