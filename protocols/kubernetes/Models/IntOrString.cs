using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Executor.Kubernetes.Models;

/// <summary>A number, or text such as a port's name or a percentage (util/intstr). The default value is the number 0.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    private readonly int _number;

    /// <summary>A number.</summary>
    public IntOrString(int value) => _number = value;

    /// <summary>Text; it stays text even when it looks like a number.</summary>
    public IntOrString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Text = value;
    }

    /// <summary>The text; null for a number.</summary>
    public string? Text { get; }

    /// <summary>The number; null for text.</summary>
    public int? Number => Text is null ? _number : null;

    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int value) => new(value);

    /// <summary>Text.</summary>
    public static implicit operator IntOrString(string value) => new(value);

    /// <summary>The text, or the number in decimal.</summary>
    public override string ToString() => Text ?? _number.ToString(CultureInfo.InvariantCulture);
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetInt32(),
        JsonTokenType.String => reader.GetString()!,
        _ => throw new JsonException($"found {reader.TokenType}, expected a number or a string"),
    };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
