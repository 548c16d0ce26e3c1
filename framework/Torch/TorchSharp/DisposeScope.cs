namespace TorchSharp;

public static partial class torch
{
    /// <summary>Opens a scope on the calling thread. Tensors made until it is disposed go with it, unless moved or detached.</summary>
    public static DisposeScope NewDisposeScope() => new();
}

/// <summary>Owns the disposables made on a thread while it is the innermost scope. Belongs to that thread.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? innermost;

    private readonly HashSet<IDisposable> owned = new(ReferenceEqualityComparer.Instance);
    private DisposeScope? outer;
    private bool closed;

    internal DisposeScope()
    {
        outer = innermost;
        innermost = this;
    }

    public int DisposablesCount => owned.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. owned];

    public bool Contains(IDisposable disposable) => owned.Contains(disposable);

    public void Attach(IDisposable disposable)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (disposable is torch.Tensor tensor)
        {
            tensor.OwningScope?.owned.Remove(tensor);
            tensor.OwningScope = this;
        }

        owned.Add(disposable);
    }

    public void Attach(params IDisposable[] disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            Attach(disposable);
        }
    }

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        IDisposable[] list = [.. disposables];
        Attach(list);
        return list;
    }

    public T Detach<T>(T disposable)
        where T : IDisposable
    {
        Release(disposable);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            Release(disposable);
        }
    }

    /// <summary>Hands a disposable of this scope to the scope around it; without one, to nobody.</summary>
    public T MoveToOuter<T>(T disposable)
        where T : IDisposable
    {
        Move(outer, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable
        where T2 : IDisposable
        where T3 : IDisposable => (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            Move(outer, disposable);
        }
    }

    public T MoveToOther<T>(DisposeScope scope, T disposable)
        where T : IDisposable
    {
        Move(scope, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope scope, T1 first, T2 second)
        where T1 : IDisposable
        where T2 : IDisposable => (MoveToOther(scope, first), MoveToOther(scope, second));

    public void MoveToOther(DisposeScope scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope scope, IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            Move(scope, disposable);
        }
    }

    /// <summary>Forgets a disposable that was disposed otherwise.</summary>
    public void MarkAsDisposed(IDisposable disposable) => Release(disposable);

    public void DisposeEverything() => DisposeEverythingBut([]);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        foreach (IDisposable disposable in DisposablesView)
        {
            if (!keep.Contains(disposable))
            {
                Release(disposable);
                disposable.Dispose();
            }
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep)
        where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    /// <summary>Disposes what the scope owns and makes the scope around it the innermost again.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        Unlink();
        foreach (IDisposable disposable in owned)
        {
            if (disposable is torch.Tensor tensor)
            {
                tensor.OwningScope = null;
            }

            disposable.Dispose();
        }

        owned.Clear();
    }

    internal static void AttachToInnermost(torch.Tensor tensor)
    {
        if (innermost is { } scope)
        {
            tensor.OwningScope = scope;
            scope.owned.Add(tensor);
        }
    }

    private void Move(DisposeScope? destination, IDisposable disposable)
    {
        Release(disposable);
        destination?.Attach(disposable);
    }

    private void Release(IDisposable disposable)
    {
        owned.Remove(disposable);
        if (disposable is torch.Tensor tensor && tensor.OwningScope == this)
        {
            tensor.OwningScope = null;
        }
    }

    // Scopes are usually closed innermost first; one that is not is taken out of the middle.
    private void Unlink()
    {
        if (innermost == this)
        {
            innermost = outer;
            return;
        }

        for (DisposeScope? scope = innermost; scope is not null; scope = scope.outer)
        {
            if (scope.outer == this)
            {
                scope.outer = outer;
                return;
            }
        }
    }
}
