using System.Text;
using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Mpi.Direct;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;
using Compression.Mpi.Requests;

namespace Compression.Mpi;

/// <summary>
/// Workers that are MPI processes. After a <see cref="CommunicationException"/> nothing but <see cref="Abort"/> and
/// <see cref="Dispose"/> makes sense: exchanges may still be under way in buffers given to the one that failed.
/// </summary>
public sealed unsafe partial class MpiCommunicator : ICommunicator
{
    /// <summary>Levels of <c>MPI_Init_thread</c>, the same numbers in both families.</summary>
    private const int ThreadSerialized = 2;
    private const int ThreadMultiple = 3;

    private static readonly TimeSpan s_reading = TimeSpan.FromMilliseconds(100);

    // Finalizing takes milliseconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly MpiLibrary _library;
    private readonly ExchangeWait _wait;
    private readonly bool _isWorld;
    private readonly PendingRequest _collective;
    private readonly Sections _sections;
    private readonly Sections _outgoing;
    private readonly int[]?[] _singles;

    // As the world numbers them: all, and all but this one; not known while a group is being made.
    private int[] _members;
    private int[]? _others;
    private nint _handle;
    private PendingAllGather? _unsized;
    private DirectCollectives? _direct;

    private MpiCommunicator(MpiLibrary library, ExchangeWait wait, nint handle, bool isWorld)
    {
        _library = library;
        _wait = wait;
        _handle = handle;
        _isWorld = isWorld;
        _collective = new PendingRequest(library, wait);
        wait.Check(library.ReturnErrors(handle), "MPI_Comm_set_errhandler");
        int rank = 0;
        int size = 0;
        wait.Check(library.CommRank(handle, &rank), "MPI_Comm_rank");
        wait.Check(library.CommSize(handle, &size), "MPI_Comm_size");
        Rank = rank;
        WorldSize = size;
        _sections = new Sections(size);
        _outgoing = new Sections(size);
        _singles = new int[size][];
        _members = [.. Enumerable.Range(0, size)];
        _others = isWorld ? Others(rank) : null;
    }

    public int Rank { get; }

    public int WorldSize { get; }

    public bool WritesResult => true;

    public long SuspendedTicks => 0;

    /// <summary>
    /// Sum of the lengths of all send buffers handed to MPI by this instance: values, payloads, and the 4-byte lengths that go
    /// before them; what the root broadcasts counts at the root alone. Counted at the calls, whatever messages they are made of, so that formulas can be held against it.
    /// </summary>
    public long BytesHanded { get; private set; }

    // A blocked call cannot be given up.
    private bool MayBlock => _wait.Limit is null;

    /// <summary>The job's exit code, for the case that its end has to be forced; the same on all ranks.</summary>
    public ExitCode Conclusion { get; set; }

    /// <summary>The MPI library and its version, one line.</summary>
    public string LibraryVersion => _library.Version;

    /// <summary>Sets the longest time that one exchange may take from now on; see <see cref="MpiOptions.Timeout"/>.</summary>
    public void Limit(TimeSpan? timeout) => _wait.Limit = timeout;

    /// <summary>Finds the MPI library, initializes it, and returns the communicator of all ranks. Once in a process.</summary>
    /// <exception cref="UserErrorException">No MPI here, or not the launcher's (3).</exception>
    /// <exception cref="CommunicationException">Initialization failed.</exception>
    /// <exception cref="InvalidOperationException">It was called before in this process.</exception>
    public static MpiCommunicator Start(MpiOptions? options = null)
    {
        MpiEnvironment environment = MpiEnvironment.Current;
        int rank = environment.Rank ?? 0;
        new JoinMark(rank, JoinEvent.Began).Write();
        try
        {
            MpiCommunicator world = Join(options ?? new MpiOptions(), environment);
            if (world.Rank == 0)
            {
                new JoinMark(rank, JoinEvent.Joined).Write();
            }

            return world;
        }
        catch (UserErrorException error)
        {
            new JoinMark(rank, JoinEvent.Failed, (int)error.Code).Write();
            throw;
        }
    }

    private static MpiCommunicator Join(MpiOptions options, MpiEnvironment environment)
    {
        using JoinLimit limit = new(options.Timeout, environment);

        // UCX, below MPICH, and Open MPI install handlers for SIGSEGV over the runtime's, which needs the signal to raise
        // NullReferenceException. UCX reads its variable while it is being loaded, so it has to be there before.
        NativeProcess.SetVariable("UCX_ERROR_SIGNALS", string.Empty);
        NativeProcess.SetVariable("OMPI_MCA_opal_signal", string.Empty);
        LoadedMpi loaded = LoadedMpi.Load(environment);
        try
        {
            return Enter(loaded, options, environment);
        }
        catch (EntryPointNotFoundException missing)
        {
            throw loaded.Unfit($"lacks a function of MPI-3 ({missing.Message})");
        }
    }

    private static MpiCommunicator Enter(LoadedMpi loaded, MpiOptions options, MpiEnvironment environment)
    {
        MpiLibrary library = loaded.Family.Open(loaded.Library);
        if (environment.IsUnderLauncher)
        {
            ParentWatch.EndAtOnce();
        }

        int wanted = options.ThreadMultiple ? ThreadMultiple : ThreadSerialized;
        int provided = 0;
        library.Check(library.InitThread(wanted, &provided), "MPI_Init_thread");
        WorldView.Of(library).Expect(loaded, environment);
        if (provided < wanted)
        {
            throw new UserErrorException(
                ExitCode.Environment,
                FormattableString.Invariant($"{library.Version} offers thread level {provided} where {wanted} is needed; ")
                + "use a build of MPI with threads.");
        }

        MpiCommunicator world = new(library, new ExchangeWait(library, options.Timeout), library.World, isWorld: true);
        world.Connect();
        world.AgreeOnLinks(options.OneRankPerHost ?? environment.LocalSize == 1);
        if (!options.ThreadMultiple && world.WorldSize > 1)
        {
            world.BeginInquiry(environment);
        }

        world.BytesHanded = 0;
        return world;
    }

    // MPICH connects two ranks over TCP when one first sends to the other, which takes answers that a rank gives only while it is inside MPI.
    // A first message shortly before the end may find none. So every pair talks at the start.
    private void Connect()
    {
        Span<byte> greeting = stackalloc byte[1];
        for (int peer = 0; peer < WorldSize; peer++)
        {
            if (peer < Rank)
            {
                Receive(greeting, peer, tag: 0);
                Send(greeting, peer, tag: 0);
            }
            else if (peer > Rank)
            {
                Send(greeting, peer, tag: 0);
                Receive(greeting, peer, tag: 0);
            }
        }

        Barrier();
    }

    // All ranks take the same way. Where several share a host, and its link, the library's own collectives know better who is near.
    private void AgreeOnLinks(bool isAlone)
    {
        double[] all = [isAlone ? 1 : 0];
        AllReduce(all, ReduceOperation.Min);
        if (all[0] == 1 && WorldSize > 1)
        {
            _direct = new DirectCollectives(_library, _wait, _handle, Rank, WorldSize);
        }
    }

    // Questions after a time-out have a communicator of their own, and name ranks with their hosts.
    private void BeginInquiry(MpiEnvironment environment)
    {
        GatheredPayloads hosts = new();
        AllGather(Encoding.UTF8.GetBytes(environment.Host), hosts);
        nint handle = 0;
        _wait.Check(_library.CommSplit(_handle, 0, Rank, &handle), "MPI_Comm_split");
        _wait.Inquiry = new PeerInquiry(_library, handle, Rank, [.. Enumerable.Range(0, WorldSize).Select(rank => Encoding.UTF8.GetString(hosts[rank]))]);
    }

    private int[] Others(int worldRank) => [.. _members.Where(member => member != worldRank)];

    // Which ranks of the world its members are.
    private void Learn(int worldRank)
    {
        nint request = 0;
        int[] members = GC.AllocateArray<int>(WorldSize, pinned: true);
        members[Rank] = worldRank;
        fixed (int* all = members)
        {
            Complete(_library.AllGather(all, _handle, mayBlock: false, &request), request, Names.AllGather);
        }

        _members = members;
        _others = Others(worldRank);
    }

    ICommunicator ICommunicator.Split(int color, int key) => Split(color, key);

    /// <inheritdoc cref="ICommunicator.Split"/>
    public MpiCommunicator Split(int color, int key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(color);
        SettleLengths();
        nint group = 0;
        _wait.Check(_library.CommSplit(_handle, color, key, &group), "MPI_Comm_split");
        MpiCommunicator members = new(_library, _wait, group, isWorld: false);
        members.Learn(_members[Rank]);
        members._direct = _direct is not null && members.WorldSize > 1 ? new DirectCollectives(_library, _wait, group, members.Rank, members.WorldSize) : null;
        return members;
    }

    /// <summary>
    /// Ends all ranks of the job at once; the launcher returns <paramref name="exitCode"/>. Print the cause first. Call it before
    /// disposing of the world: finalizing waits for the peers, which may wait for this rank.
    /// </summary>
    public void Abort(ExitCode exitCode)
    {
        Console.Out.Flush();
        Console.Error.Flush();

        // The launcher reads output and orders side by side, and stops reading at once when it is told to end the job.
        Thread.Sleep(s_reading);
        _ = _library.Abort((int)exitCode);
    }

    /// <summary>Leaves the group; the world finalizes MPI. After a failure it only forgets, since finalizing could wait for ever.</summary>
    public void Dispose()
    {
        if (_handle == 0)
        {
            return;
        }

        // What is under way now is answered while all wait here.
        if (_isWorld && !_wait.HasFailed)
        {
            Barrier();
        }

        nint handle = _handle;
        _handle = 0;
        if (_wait.HasFailed)
        {
            return;
        }

        _direct?.Dispose();

        if (_isWorld)
        {
            LeaveMpi();
        }
        else
        {
            _wait.Check(_library.CommFree(&handle), "MPI_Comm_free");
        }
    }

    // All ranks are done. MPICH over TCP yet may wait for ever here, for the answer of a peer that has got further and gives none (UCX 1.13 closes
    // its connections so). The ranks then leave without it, at the same instant of the clock: a launcher ends those that stay behind.
    private void LeaveMpi()
    {
        if (Rank == 0)
        {
            new JoinMark(0, JoinEvent.Done, (int)Conclusion).Write();
        }

        long now = DateTime.UtcNow.Ticks, instant = (now + s_patience.Ticks) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond;
        using var stuck = new Timer(_ => NativeProcess.Leave((int)Conclusion), null, TimeSpan.FromTicks(instant - now), Timeout.InfiniteTimeSpan);
        _wait.Check(_library.FinalizeMpi(), "MPI_Finalize");
    }
}
