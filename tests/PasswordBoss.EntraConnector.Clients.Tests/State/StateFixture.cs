using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>A store in its own folder, with methods to create its content.</summary>
public sealed class StateFixture : IDisposable
{
    public StateFixture()
    {
        Root = Directory.CreateTempSubdirectory("pbentra-state").FullName;
        Location = new StateLocation(Path.Combine(Root, "state"), Path.Combine(Root, "keys"), isMachineWide: false);
        Store = new StateStore(Location, Clock);
    }

    public string Root { get; }

    public SetClock Clock { get; } = new();

    internal StateLocation Location { get; }

    internal StateStore Store { get; }

    public static ConnectionSettings Connection(string name = "Contoso", string? tenant = null, string? address = null) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        TenantId = tenant ?? Guid.NewGuid().ToString(),
        AuthorityHost = new Uri("https://login.microsoftonline.com"),
        GraphEndpoint = new Uri("https://graph.microsoft.com/v1.0"),
        PasswordBossUri = new Uri(address ?? "https://scim.example.com/v2"),
    };

    public static AccountLink Link(int number) => new()
    {
        EntraId = Guid.NewGuid().ToString(),
        AccountId = "account" + number,
        Email = "person" + number + "@example.com",
        DisplayName = "Person Number " + number,
        PriorState = AccountState.Active,
        LinkedAt = SetClock.Start,
    };

    public static Intent Intent(SyncAction action = SyncAction.Disable) => new()
    {
        Id = Guid.NewGuid(),
        RunId = Guid.NewGuid(),
        Action = action,
        EntraId = Guid.NewGuid().ToString(),
        AccountId = "account",
        Email = "person@example.com",
        PriorState = AccountState.Active,
        Event = LeavingEvent.Removed,
        CreatedAt = SetClock.Start,
    };

    public static RunRecord Run(DateTimeOffset startedAt, SyncOutcome outcome = SyncOutcome.Succeeded) => new()
    {
        RunId = Guid.NewGuid(),
        Mode = SyncMode.Full,
        Outcome = outcome,
        StartedAt = startedAt,
        Duration = TimeSpan.FromSeconds(2),
        Summary = Texts.ReasonDeleted,
    };

    public ISyncJournal OpenJournal(ConnectionSettings connection)
    {
        Store.SaveConnection(connection, null);
        return Store.OpenJournal(connection.Id);
    }

    public static ConnectorException Refused(ErrorId expected, Action act)
    {
        var error = Assert.Throws<ConnectorException>(act);
        Assert.Equal(expected, error.Id);
        Assert.DoesNotContain(error.Id.ToString(), error.Message, StringComparison.Ordinal);
        return error;
    }

    /// <summary>The files below a folder that contain one of the texts in any encoding.</summary>
    public static string[] FilesWith(string folder, params string[] texts) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file =>
            {
                var bytes = ReadAllBytes(file);
                return texts.Any(text =>
                    Holds(bytes, Encoding.UTF8.GetBytes(text))
                    || Holds(bytes, Encoding.Unicode.GetBytes(text))
                    || Holds(bytes, Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=')[..^1])));
            })
            .Select(file => Path.GetFileName(file))
            .ToArray();

    /// <summary>The content of a file that the store may have open. On Windows a reader must share the access that others have.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private static bool Holds(byte[] bytes, byte[] text) => bytes.AsSpan().IndexOf(text) >= 0;

    public sealed class SetClock : IClock
    {
        public static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

        public DateTimeOffset UtcNow { get; set; } = Start;

        public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
        {
            UtcNow += time;
            return Task.CompletedTask;
        }

        public void CancelAfter(CancellationTokenSource source, TimeSpan time) => source.CancelAfter(time);
    }
}
