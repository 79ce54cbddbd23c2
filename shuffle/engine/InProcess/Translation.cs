using Executor.Shuffle.Engine.Objects;
using Executor.Shuffle.Engine.Records;

namespace Executor.Shuffle.Engine.InProcess;

/// <summary>Turns failures of the object store into those that callers of the shuffle know.</summary>
internal static class Translation
{
    internal static async Task<T> RunAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (ObjectStoreException exception)
        {
            throw StoreFailure.From(exception);
        }
    }
}
