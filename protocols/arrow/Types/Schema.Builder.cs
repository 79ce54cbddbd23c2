namespace Executor.Arrow.Types;

public sealed partial class Schema
{
    /// <summary>Puts a schema together. Not safe for use by several threads.</summary>
    public sealed class Builder
    {
        private readonly List<Field> _fields = [];
        private readonly Dictionary<string, string> _metadata = [];

        /// <summary>Adds a field at the end.</summary>
        public Builder Field(Field field)
        {
            _fields.Add(field);
            return this;
        }

        /// <summary>Adds the field that <paramref name="fieldBuilderCallback"/> describes at the end.</summary>
        public Builder Field(Action<Field.Builder> fieldBuilderCallback)
        {
            ArgumentNullException.ThrowIfNull(fieldBuilderCallback);
            var builder = new Field.Builder();
            fieldBuilderCallback(builder);
            return Field(builder.Build());
        }

        /// <summary>Adds a key-value pair, or replaces the key's value.</summary>
        public Builder Metadata(string key, string value)
        {
            _metadata[key] = value;
            return this;
        }

        /// <summary>The schema.</summary>
        public Schema Build() => new(_fields, _metadata);
    }
}
