using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Building blocks of networks.</summary>
    public static partial class nn
    {
        /// <summary>
        /// A part of a network: parameters, buffers and further modules under names. A subclass assigns them to fields and calls
        /// <see cref="RegisterComponents"/> at the end of its constructor; their names are then those of the fields.
        /// </summary>
        public partial class Module : IDisposable
        {
            private readonly string name;
            private readonly List<(string Name, Parameter Value)> ownParameters = [];
            private readonly List<(string Name, Tensor Value, bool Persistent)> ownBuffers = [];
            private readonly List<(string Name, Module Value)> ownModules = [];

            protected Module(string name) => this.name = name;

            /// <summary>Whether the module trains (the beginning) or evaluates.</summary>
            public bool training { get; private set; } = true;

            public virtual string GetName() => name;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (Module child in children())
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            /// <summary>Forgets the gradients, or sets them to 0 in place, which keeps gradients that are views.</summary>
            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (Parameter parameter in parameters())
                {
                    using Tensor? gradient = parameter.grad;
                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        gradient?.zero_();
                    }
                }
            }

            /// <summary>Calls a function with each child, and with this module last.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (Module child in children())
                {
                    child.apply(fn);
                }

                fn(this);
                return this;
            }

            public void Dispose()
            {
                Dispose(disposing: true);
                GC.SuppressFinalize(this);
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                RejectTaken(name);
                param.DetachFromDisposeScope();
                ownParameters.Add((name, param));
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                RejectTaken(name);
                tensor.DetachFromDisposeScope();
                ownBuffers.Add((name, tensor, persistent));
            }

            public virtual void register_module(string name, Module submodule)
            {
                ArgumentNullException.ThrowIfNull(submodule);
                RejectTaken(name);
                ownModules.Add((name, submodule));
            }

            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Registers each field that holds a module, a parameter or a tensor (a buffer), under the field's name.</summary>
            protected virtual void RegisterComponents()
            {
                var levels = new Stack<Type>();
                for (Type type = GetType(); type != typeof(Module); type = type.BaseType!)
                {
                    levels.Push(type);
                }

                const BindingFlags OwnFields =
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                foreach (FieldInfo field in levels.SelectMany(level => level.GetFields(OwnFields)))
                {
                    if (IsTaken(field.Name))
                    {
                        continue;
                    }

                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter:
                            register_parameter(field.Name, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(field.Name, tensor);
                            break;
                    }
                }
            }

            protected virtual void Dispose(bool disposing)
            {
                if (disposing)
                {
                    ownParameters.ForEach(parameter => parameter.Value.Dispose());
                    ownBuffers.ForEach(buffer => buffer.Value.Dispose());
                    foreach (Module child in children())
                    {
                        child.Dispose();
                    }
                }
            }

            /// <summary>Puts another parameter (or none) in the place of the one of a name, and disposes that.</summary>
            private protected void Replace(string name, Parameter? parameter)
            {
                int place = ownParameters.FindIndex(known => known.Name == name);
                if (place < 0)
                {
                    if (parameter is not null)
                    {
                        register_parameter(name, parameter);
                    }

                    return;
                }

                Parameter before = ownParameters[place].Value;
                if (ReferenceEquals(before, parameter))
                {
                    return;
                }

                before.Dispose();
                if (parameter is null)
                {
                    ownParameters.RemoveAt(place);
                }
                else
                {
                    parameter.DetachFromDisposeScope();
                    ownParameters[place] = (name, parameter);
                }
            }

            private bool IsTaken(string name) =>
                ownParameters.Exists(known => known.Name == name)
                || ownBuffers.Exists(known => known.Name == name)
                || ownModules.Exists(known => known.Name == name);

            private void RejectTaken(string name)
            {
                ArgumentNullException.ThrowIfNull(name);
                if (name.Length == 0 || name.Contains('.', StringComparison.Ordinal))
                {
                    throw new ArgumentException($"'{name}' cannot be a component's name.", nameof(name));
                }

                if (IsTaken(name))
                {
                    throw new InvalidOperationException($"'{name}' is registered already in {GetName()}.");
                }
            }
        }
    }
}
