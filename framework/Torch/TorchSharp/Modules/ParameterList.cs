using System.Collections;
using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Parameters under the names "0", "1", and so on.</summary>
    public sealed class ParameterList : nn.Module, IList<Parameter>
    {
        private readonly List<Parameter> items = [];

        public ParameterList(params Parameter[] parameters)
            : base(nameof(ParameterList)) => items.AddRange(parameters);

        public int Count => items.Count;

        public bool IsReadOnly => false;

        public Parameter this[int index]
        {
            get => items[index];
            set => items[index] = value;
        }

        public void Add(Parameter item) => items.Add(item);

        public void append(params Parameter[] parameters) => items.AddRange(parameters);

        public void extend(IEnumerable<Parameter> parameters) => items.AddRange(parameters);

        public void Insert(int index, Parameter item) => items.Insert(index, item);

        public bool Remove(Parameter item) => items.Remove(item);

        public void RemoveAt(int index) => items.RemoveAt(index);

        public void Clear() => items.Clear();

        public bool Contains(Parameter item) => items.Contains(item);

        public int IndexOf(Parameter item) => items.IndexOf(item);

        public void CopyTo(Parameter[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

        public IEnumerator<Parameter> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
            items.Select((parameter, place) => (place.ToString(CultureInfo.InvariantCulture), parameter));

        public override bool has_parameter(string target) => get_parameter(target) is not null;

        /// <summary>The parameter of a place, such as "0", or null.</summary>
        public override Parameter? get_parameter(string target) =>
            named_parameters().FirstOrDefault(named => named.name == target).parameter;

        public override Dictionary<string, Tensor> state_dict(
            Dictionary<string, Tensor>? destination = null, string? prefix = null)
        {
            destination ??= [];
            foreach ((string place, Parameter parameter) in named_parameters())
            {
                destination[string.IsNullOrEmpty(prefix) ? place : $"{prefix}.{place}"] = parameter;
            }

            return destination;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                items.ForEach(parameter => parameter.Dispose());
            }

            base.Dispose(disposing);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);

            public static Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
