using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox.Seeds;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>
/// The state of the sandbox, in a file or in memory. Several instances for the same file, in one process or in several, see each other's writes at once. Each
/// read and each write is atomic. A missing file starts as the sandbox company, with an empty Password Boss.
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
        // Threads of one process wait here, so that they do not all poll the lock file.
        gate = file is null ? new object() : Gates.GetOrAdd(file.FullPath, _ => new object());
    }

    /// <summary>The state in this file. The first use creates the file and its folder, private to their owner.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="clock">The clock; null for the machine's.</param>
    public static SandboxState AtFile(string path, IClock? clock = null)
    {
        _ = path ?? throw new ArgumentNullException(nameof(path));
        return new SandboxState(new SandboxFile(path), null, clock);
    }

    /// <summary>The sandbox company in memory only.</summary>
    /// <param name="clock">The clock; null for the machine's.</param>
    public static SandboxState InMemory(IClock? clock = null) => new(null, CompanySeed.Create().ToData(int.MaxValue), clock);

    /// <summary>
    /// A generated company of any size, in memory only. All users are in the group <see cref="SandboxCredentials.UserGroupId"/>, <c>Password Boss Users</c>.
    /// </summary>
    /// <param name="people">The number of users.</param>
    /// <param name="teams">The number of further groups, <c>Team 1</c> and so on; the users are assigned to them in turn.</param>
    /// <param name="clock">The clock; null for the machine's.</param>
    public static SandboxState Generated(int people, int teams = 0, IClock? clock = null) =>
        new(null, GeneratedSeed.Create(people, teams).ToData(int.MaxValue), clock);

    /// <summary>The current time in the sandbox.</summary>
    internal DateTimeOffset Now => clock.UtcNow;

    /// <summary>Reads the state.</summary>
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

    /// <summary>
    /// Changes the state. If the change throws, the file stays unchanged. In memory nothing is rolled back, so a change must validate before it writes.
    /// </summary>
    internal T Write<T>(Func<SandboxData, T> change)
    {
        lock (gate)
        {
            if (file is null)
                return change(data!);
            using (file.Lock())
            {
                var loaded = Load();
                // If the change fails, the next caller must read the file again.
                data = null;
                var result = change(loaded);
                file.Write(SandboxDocument.From(loaded, version + 1));
                version++;
                data = loaded;
                return result;
            }
        }
    }

    /// <summary>Changes the state.</summary>
    internal void Write(Action<SandboxData> change) => Write(data =>
    {
        change(data);
        return true;
    });

    private SandboxData Load()
    {
        var stored = file!.ReadVersion();
        if (data is not null && stored == version)
            return data;
        if (stored is null)
            file.Write(CompanySeed.Create());

        var document = file.Read();
        version = document.Version;
        return data = document.ToData(SandboxDocument.ChangesInFile);
    }

    private sealed class MachineClock : IClock
    {
        public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

        public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, cancellationToken);

        public void CancelAfter(CancellationTokenSource source, TimeSpan time) => source.CancelAfter(time);
    }
}
