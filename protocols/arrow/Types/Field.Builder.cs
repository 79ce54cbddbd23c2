namespace Executor.Arrow.Types;

public sealed partial class Field
{
    /// <summary>Puts a field together. Not safe for use by several threads.</summary>
    public sealed class Builder
    {
        private readonly Dictionary<string, string> _metadata = [];
        private string _name = "";
        private IArrowType _dataType = NullType.Default;
        private bool _nullable;

        /// <summary>Sets the name; empty by default.</summary>
        public Builder Name(string value)
        {
            _name = value;
            return this;
        }

        /// <summary>Sets the type; <see cref="NullType"/> by default.</summary>
        public Builder DataType(IArrowType type)
        {
            _dataType = type;
            return this;
        }

        /// <summary>Sets whether values may be null; they may not by default.</summary>
        public Builder Nullable(bool value)
        {
            _nullable = value;
            return this;
        }

        /// <summary>Adds a key-value pair, or replaces the key's value.</summary>
        public Builder Metadata(string key, string value)
        {
            _metadata[key] = value;
            return this;
        }

        /// <summary>The field.</summary>
        public Field Build() => new(_name, _dataType, _nullable, _metadata);
    }
}
