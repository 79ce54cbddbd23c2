namespace Executor.Driving.Sizes;

/// <summary>What of a run's sightings counts no longer: of each class all up to a key, since later ones were made after it was forgotten. Immutable.</summary>
internal sealed class ForgottenClasses
{
    /// <summary>Nothing is forgotten.</summary>
    public static readonly ForgottenClasses None = new(new Dictionary<string, string>());

    private readonly Dictionary<string, string> _through;

    /// <param name="through">The last key that is forgotten, by class.</param>
    public ForgottenClasses(IReadOnlyDictionary<string, string> through) => _through = new Dictionary<string, string>(through, StringComparer.Ordinal);

    /// <summary>The last key that is forgotten, by class.</summary>
    public IReadOnlyDictionary<string, string> Through => _through;

    /// <summary>True if what stands under a key of a class counts no longer.</summary>
    public bool Covers(string taskClass, string key) => _through.TryGetValue(taskClass, out var last) && string.CompareOrdinal(key, last) <= 0;

    /// <summary>The same with more classes forgotten up to a key.</summary>
    public ForgottenClasses With(IEnumerable<string> classes, string key)
    {
        var through = new Dictionary<string, string>(_through, StringComparer.Ordinal);
        foreach (var taskClass in classes)
        {
            through[taskClass] = key;
        }

        return new ForgottenClasses(through);
    }
}
