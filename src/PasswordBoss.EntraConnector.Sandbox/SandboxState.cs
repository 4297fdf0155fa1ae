using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox.Seeds;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>
/// What the sandbox knows, in a file or in memory. Several of these on the same file, in one process or in several, see each other's writes at once; each
/// read and each write is undivided. A missing file starts as the sandbox company, with an empty Password Boss.
/// </summary>
public sealed class SandboxState
{
    private static readonly ConcurrentDictionary<string, object> Gates = new(StringComparer.Ordinal);
    private readonly object gate;
    private readonly SandboxFile? file;
    private readonly IClock clock;
    private SandboxData? data;
    private long version;

    private SandboxState(SandboxFile? file, SandboxData? data, IClock? clock)
    {
        this.file = file;
        this.data = data;
        this.clock = clock ?? new MachineClock();
        // Threads of one process queue here instead of looking at the lock file in turns.
        gate = file is null ? new object() : Gates.GetOrAdd(file.FullPath, _ => new object());
    }

    /// <summary>The state in this file; the file and its folder are created, private to their owner, by the first use.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="clock">The time; the machine's when null.</param>
    public static SandboxState AtFile(string path, IClock? clock = null)
    {
        _ = path ?? throw new ArgumentNullException(nameof(path));
        return new SandboxState(new SandboxFile(path), null, clock);
    }

    /// <summary>The sandbox company in memory only.</summary>
    /// <param name="clock">The time; the machine's when null.</param>
    public static SandboxState InMemory(IClock? clock = null) => new(null, CompanySeed.Create().ToData(int.MaxValue), clock);

    /// <summary>A made-up company of any size in memory only: everybody is in the group <see cref="SandboxCredentials.UserGroupId"/>, <c>Password Boss Users</c>.</summary>
    /// <param name="people">The number of people.</param>
    /// <param name="teams">The number of further groups, <c>Team 1</c> and so on, into which the people are dealt one by one.</param>
    /// <param name="clock">The time; the machine's when null.</param>
    public static SandboxState Generated(int people, int teams = 0, IClock? clock = null) =>
        new(null, GeneratedSeed.Create(people, teams).ToData(int.MaxValue), clock);

    /// <summary>The time in the sandbox.</summary>
    internal DateTimeOffset Now => clock.UtcNow;

    /// <summary>Reads.</summary>
    internal T Read<T>(Func<SandboxData, T> read)
    {
        lock (gate)
        {
            if (file is null)
                return read(data!);
            using (file.Lock())
                return read(Load());
        }
    }

    /// <summary>Changes. When the change throws, nothing of it is kept in the file; in memory a change must therefore check before it writes.</summary>
    internal T Write<T>(Func<SandboxData, T> change)
    {
        lock (gate)
        {
            if (file is null)
                return change(this.data!);
            using (file.Lock())
            {
                var data = Load();
                // Read again by the next one, unless all goes well.
                this.data = null;
                var result = change(data);
                file.Write(SandboxDocument.From(data, version + 1));
                version++;
                this.data = data;
                return result;
            }
        }
    }

    /// <summary>Changes.</summary>
    internal void Write(Action<SandboxData> change) => Write(data =>
    {
        change(data);
        return true;
    });

    private SandboxData Load()
    {
        var version = file!.ReadVersion();
        if (data is not null && version == this.version)
            return data;
        if (version is null)
        {
            file.Write(CompanySeed.Create());
            version = file.ReadVersion();
        }

        var document = file.Read();
        version = document.Version;
        return data = document.ToData(SandboxDocument.ChangesInFile);
    }

    private sealed class MachineClock : IClock
    {
        public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

        public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, cancellationToken);
    }
}
