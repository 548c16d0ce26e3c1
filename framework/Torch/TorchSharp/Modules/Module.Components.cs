using Compression.Torch.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The names of all that a module holds are paths, such as "lstm.weight_ih_l0".
        public partial class Module
        {
            /// <summary>Own parameters, then those of the children, in the order of registration. A shared one comes once.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Parameter>(ReferenceEqualityComparer.Instance);
                foreach ((string own, Parameter parameter) in ownParameters)
                {
                    if (seen.Add(parameter))
                    {
                        yield return (own, parameter);
                    }
                }

                if (!recurse)
                {
                    yield break;
                }

                foreach ((string child, Module module) in named_children())
                {
                    foreach ((string path, Parameter parameter) in module.named_parameters())
                    {
                        if (seen.Add(parameter))
                        {
                            yield return ($"{child}.{path}", parameter);
                        }
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(named => named.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(
                bool recurse = true, bool include_nonpersistent = true)
            {
                foreach ((string own, Tensor buffer, bool persistent) in ownBuffers)
                {
                    if (persistent || include_nonpersistent)
                    {
                        yield return (own, buffer);
                    }
                }

                if (!recurse)
                {
                    yield break;
                }

                foreach ((string child, Module module) in named_children())
                {
                    foreach ((string path, Tensor buffer) in module.named_buffers(true, include_nonpersistent))
                    {
                        yield return ($"{child}.{path}", buffer);
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(named => named.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => ownModules;

            public virtual IEnumerable<Module> children() => named_children().Select(named => named.module);

            /// <summary>The children, then theirs; not this module itself.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach ((string name, Module module) child in named_children())
                {
                    yield return child;
                }

                foreach ((string child, Module module) in named_children())
                {
                    foreach ((string path, Module grandchild) in module.named_modules())
                    {
                        yield return ($"{child}.{path}", grandchild);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(named => named.module);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>The parameter of a path, or null.</summary>
            public virtual Parameter? get_parameter(string target) =>
                ownParameters.Find(known => known.Name == target).Value
                ?? Descend(target, (module, rest) => module.get_parameter(rest));

            /// <summary>The buffer of a path, or null.</summary>
            public virtual Tensor? get_buffer(string target) =>
                ownBuffers.Find(known => known.Name == target).Value
                ?? Descend(target, (module, rest) => module.get_buffer(rest));

            /// <summary>Parameters and persistent buffers by path; the tensors themselves, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(
                Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string Path(string path) => string.IsNullOrEmpty(prefix) ? path : $"{prefix}.{path}";
                foreach ((string path, Parameter parameter) in ownParameters)
                {
                    destination[Path(path)] = parameter;
                }

                foreach ((string path, Tensor buffer) in named_buffers(recurse: false, include_nonpersistent: false))
                {
                    destination[Path(path)] = buffer;
                }

                foreach ((string child, Module module) in named_children())
                {
                    module.state_dict(destination, Path(child));
                }

                return destination;
            }

            /// <summary>Copies values in by path.</summary>
            /// <exception cref="InvalidOperationException">Strict, and the paths differ.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keys) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                Dictionary<string, Tensor> destination = state_dict();
                IEnumerable<string> skipped = skip ?? [];
                List<string> missing = [.. destination.Keys.Except(source.Keys).Except(skipped)];
                List<string> unexpected = [.. source.Keys.Except(destination.Keys).Except(skipped)];
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        $"The state does not fit {GetName()}: missing [{string.Join(", ", missing)}], "
                        + $"unexpected [{string.Join(", ", unexpected)}].");
                }

                using IDisposable unrecorded = no_grad();
                foreach (string path in source.Keys.Intersect(destination.Keys).Except(skipped))
                {
                    destination[path].copy_(source[path]);
                }

                return (missing, unexpected);
            }

            /// <summary>Moves and converts (floating types only) all parameters and buffers in place.</summary>
            internal void Convert(ScalarType? type, Device? device)
            {
                using IDisposable unrecorded = no_grad();
                foreach (Tensor tensor in parameters().Concat(buffers()))
                {
                    ScalarType wanted = type is { } floating && IsFloating(tensor.dtype) ? floating : tensor.dtype;
                    using Tensor converted = tensor.to(wanted, device ?? tensor.device);
                    using Tensor? gradient = tensor.grad;
                    LibTorch.Check(LibTorch.ct_set_data(tensor, converted));
                    using Tensor? convertedGradient = gradient?.to(wanted, device ?? gradient.device);
                    tensor.grad = convertedGradient;
                }
            }

            private static bool IsFloating(ScalarType type) =>
                type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

            private T? Descend<T>(string target, Func<Module, string, T?> find)
                where T : Tensor
            {
                int dot = target.IndexOf('.', StringComparison.Ordinal);
                if (dot < 0)
                {
                    return null;
                }

                Module? child = named_children().FirstOrDefault(named => named.name == target[..dot]).module;
                return child is null ? null : find(child, target[(dot + 1)..]);
            }
        }
    }
}
