using System.Diagnostics;
using System.Runtime.InteropServices;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Requests;

/// <summary>
/// Finds out for which ranks an exchange waits that has taken too long. Every rank that waits, in whatever exchange, answers those that ask, and
/// says whom it waits for itself; so a rank that is busy, stopped or out of reach is known by its silence, and one that only waits for such a
/// rank is not taken for it. Questions go over a communicator of their own, and only once a time-out has come.
/// </summary>
internal sealed unsafe class PeerInquiry
{
    /// <summary>Time for answers: a rank that waits looks for questions many times within it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // A longer list says nothing that its beginning does not.
    private const int MostListed = 62;
    private const int Header = 2;
    private const int Question = 1;

    private readonly MpiLibrary _library;
    private readonly nint _handle;
    private readonly int _rank;
    private readonly string[] _hosts;
    private readonly int[] _incoming = GC.AllocateArray<int>(Header + MostListed, pinned: true);

    // What was sent stays where it is: the library may read it at any time, and the job is about to end.
    private readonly List<int[]> _sent = [];

    // For whom each rank waits that has asked or answered; null: it has said nothing.
    private readonly int[]?[] _waits;

    /// <param name="library">Where messages go.</param>
    /// <param name="handle">A communicator of all ranks, which nothing else is sent over.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="hosts">The host of each rank.</param>
    public PeerInquiry(MpiLibrary library, nint handle, int rank, string[] hosts)
    {
        (_library, _handle, _rank, _hosts) = (library, handle, rank, hosts);
        _waits = new int[hosts.Length][];
    }

    /// <summary>A rank as messages name it.</summary>
    public string Name(int rank) => FormattableString.Invariant($"rank {rank} on {_hosts[rank]}");

    /// <summary>Takes what others ask and answer, without waiting for it.</summary>
    /// <param name="awaited">For whom this rank waits.</param>
    public void Listen(ReadOnlySpan<int> awaited)
    {
        for (int peer = 0; peer < _hosts.Length; peer++)
        {
            while (peer != _rank && TryReceive(peer))
            {
                _waits[peer] = _incoming.AsSpan(Header, _incoming[1]).ToArray();
                if (_incoming[0] == Question)
                {
                    Send(peer, 0, awaited);
                }
            }
        }
    }

    /// <summary>
    /// Asks all ranks, and waits for their answers, though not long: which of those that this rank waits for, or that these wait for in
    /// turn, do not wait for anybody.
    /// </summary>
    /// <param name="awaited">For whom this rank waits.</param>
    /// <returns>Empty where all of them wait.</returns>
    public IReadOnlyList<int> FindSilent(ReadOnlySpan<int> awaited)
    {
        for (int peer = 0; peer < _hosts.Length; peer++)
        {
            if (peer != _rank)
            {
                Send(peer, Question, awaited);
            }
        }

        long start = Stopwatch.GetTimestamp();
        int[] silent;
        do
        {
            Listen(awaited);
            silent = SilentAmong(awaited);
            Thread.Sleep(1);
        }
        while (silent.Length > 0 && Stopwatch.GetElapsedTime(start) < s_patience);
        return silent;
    }

    private int[] SilentAmong(ReadOnlySpan<int> awaited)
    {
        List<int> reached = [.. awaited];
        for (int next = 0; next < reached.Count; next++)
        {
            reached.AddRange((_waits[reached[next]] ?? []).Where(rank => rank != _rank && !reached.Contains(rank)));
        }

        return [.. reached.Where(rank => _waits[rank] is null).Order()];
    }

    private void Send(int peer, int kind, ReadOnlySpan<int> awaited)
    {
        int listed = Math.Min(awaited.Length, MostListed);
        int[] message = GC.AllocateArray<int>(Header + listed, pinned: true);
        (message[0], message[1]) = (kind, listed);
        awaited[..listed].CopyTo(message.AsSpan(Header));
        _sent.Add(message);
        nint request = 0;
        _ = _library.Isend(Address(message), message.Length * sizeof(int), peer, 0, _handle, &request);
    }

    private bool TryReceive(int peer)
    {
        int there = 0;
        if (_library.Iprobe(peer, 0, _handle, &there) != 0 || there == 0)
        {
            return false;
        }

        nint request = 0;
        int code = _library.Irecv(Address(_incoming), _incoming.Length * sizeof(int), peer, 0, _handle, &request);
        for (int done = 0; code == 0 && done == 0;)
        {
            code = _library.Test(&request, &done, null);
        }

        return code == 0;
    }

    private static void* Address(int[] pinned) => (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
}
