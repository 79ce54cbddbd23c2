namespace Architecture.Tests;

/// <summary>One breach of one rule: where, what stands there, and what the rule says.</summary>
internal sealed record Violation(string File, string Found, string Rule)
{
    public override string ToString() => $"{File}: {Found}. Rule: {Rule}.";
}
