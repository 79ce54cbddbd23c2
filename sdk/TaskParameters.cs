using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Executor.Sdk;

/// <summary>The workflow's parameters: names and texts, read as the types that a task wants. Immutable.</summary>
/// <remarks>
/// Texts are read in invariant notation, whatever the machine's language: <c>0.5</c> is a half, and <c>0,5</c> is an error, as group
/// separators are not allowed. Dates are best written as in <c>2026-01-31</c>.
/// </remarks>
public sealed class TaskParameters
{
    private static readonly CultureInfo Notation = CreateNotation();
    private readonly Dictionary<string, string> _values;

    /// <summary>These parameters; none by default.</summary>
    public TaskParameters(IEnumerable<KeyValuePair<string, string>>? values = null) => _values = new(values ?? []);

    /// <summary>All names.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>The text of a parameter.</summary>
    /// <exception cref="ParameterException">There is no such parameter.</exception>
    public string this[string name] => TryGet(name, out var text)
        ? text
        : throw new ParameterException(name, _values.Count == 0
            ? $"there is no parameter '{name}': the workflow has no parameters"
            : $"there is no parameter '{name}'; the workflow's parameters are {string.Join(", ", _values.Keys.Order())}");

    /// <summary>Looks for a parameter.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? text) => _values.TryGetValue(name, out text);

    /// <summary>A parameter as a number, a date, a <see cref="bool"/> or any other type that can be parsed.</summary>
    /// <exception cref="ParameterException">There is no such parameter, or its text cannot be read as that type.</exception>
    public T Get<T>(string name)
        where T : IParsable<T> => Parse<T>(name, this[name]);

    /// <summary>The same, with a value for when there is no such parameter.</summary>
    /// <exception cref="ParameterException">The parameter is there, but its text cannot be read as that type.</exception>
    public T Get<T>(string name, T fallback)
        where T : IParsable<T> => TryGet(name, out var text) ? Parse<T>(name, text) : fallback;

    private static T Parse<T>(string name, string text)
        where T : IParsable<T> => T.TryParse(text, Notation, out var value)
            ? value
            : throw new ParameterException(name, $"parameter '{name}' is '{text}', expected {Expectation<T>()}", text);

    private static string Expectation<T>() => default(T) switch
    {
        int => WholeNumber<int>(),
        long => WholeNumber<long>(),
        short => WholeNumber<short>(),
        byte => WholeNumber<byte>(),
        uint => WholeNumber<uint>(),
        ulong => WholeNumber<ulong>(),
        BigInteger => "a whole number",
        double or float or decimal or Half => "a number such as 0.5",
        bool => "true or false",
        DateOnly => "a date such as 2026-01-31",
        DateTime or DateTimeOffset => "a time such as 2026-01-31T12:00:00Z",
        TimeOnly => "a time of day such as 12:00:00",
        TimeSpan => "a length of time such as 1.12:00:00 (days.hours:minutes:seconds)",
        Guid => "a GUID",
        _ => $"a {typeof(T).Name}",
    };

    private static string WholeNumber<T>()
        where T : IMinMaxValue<T> => string.Create(CultureInfo.InvariantCulture, $"a whole number from {T.MinValue} to {T.MaxValue}");

    private static CultureInfo CreateNotation()
    {
        // No text contains this character, so that a comma is an error and not a group separator that changes 0,5 into 5.
        var notation = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        notation.NumberFormat.NumberGroupSeparator = "\uFFFF";
        return CultureInfo.ReadOnly(notation);
    }
}
