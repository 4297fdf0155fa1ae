using System;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector;
using PasswordBoss.EntraConnector.Clients;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Logs;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.StateProcess;

// The second process of the tests of the state and of crashes. It prints its result in one line, and keeps running if the test must kill it.
try
{
    switch (args[0])
    {
        case "lock":
            using (var taken = RunLockFiles.TryAcquire(
                new StateLocation(args[1], args[1] + ".keys", isMachineWide: false), Connection(args[2], args[3]), new RunLockHolder { Mode = SyncMode.Incremental, Since = new SystemClock().UtcNow }))
            {
                Console.WriteLine(taken is null ? "refused" : "held");
                if (taken is not null)
                    Thread.Sleep(Timeout.Infinite);
            }

            return 0;
        case "begin":
            {
                var store = Open(args[1], args[2]);
                var journal = store.OpenJournal(Guid.Parse(args[3]));
                journal.Begin(Enumerable.Range(0, int.Parse(args[4], CultureInfo.InvariantCulture)).Select(Intent).ToArray());
                Console.WriteLine("begun");
                Thread.Sleep(Timeout.Infinite);
                return 0;
            }

        case "write":
            using (var store = Open(args[1], args[2]))
            {
                var connection = Connection(args[3], "https://" + args[3] + ".example/scim");
                store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = args[3] });
                using var journal = store.OpenJournal(connection.Id);
                for (var round = 0; round < int.Parse(args[4], CultureInfo.InvariantCulture); round++)
                {
                    var intents = Enumerable.Range(0, 10).Select(Intent).ToArray();
                    journal.Begin(intents);
                    foreach (var intent in intents)
                        journal.Complete(intent.Id, new StateChange.LinkSaved(Link(round + "-" + intent.EntraId)));
                    journal.FlushAsync().GetAwaiter().GetResult();
                }

                Console.WriteLine(journal.Summarize().ManagedUsers);
            }

            return 0;
        case "judge":
            Console.WriteLine(TrustedPath.FindFlaw(args[1])?.Render() ?? "safe");
            return 0;
        case "list":
            using (var store = Open(args[1], args[2]))
                Console.WriteLine(string.Join(",", store.ListConnections().Select(connection => connection.Name)));
            return 0;
        case "save":
            using (var store = Open(args[1], args[2]))
                store.SaveConnection(Connection(args[3], "https://" + args[3] + ".example/scim"), new ConnectionSecrets { PasswordBossToken = args[3] });
            Console.WriteLine("saved");
            return 0;
        case "log":
            var log = new RunLog(args[1], long.Parse(args[2], CultureInfo.InvariantCulture), TimeSpan.FromSeconds(60));
            var count = int.Parse(args[5], CultureInfo.InvariantCulture);
            for (var round = 0; round < int.Parse(args[4], CultureInfo.InvariantCulture); round++)
                log.Write(Enumerable.Range(round * count, count).Select(number => new LogLine().Add("process", int.Parse(args[3], CultureInfo.InvariantCulture)).Add("number", number)));
            Console.WriteLine("written");
            return 0;
        // Both use the store of PBENTRA_HOME and real sockets.
        case "runs":
            // One run for each mode, as in one session.
            var factory = new ConnectorFactory();
            foreach (var mode in args.Skip(2))
                Console.WriteLine(await SyncAsync(factory, args[1], full: mode == "full"));
            return 0;
        case "sync":
            var shared = new ConnectorFactory();
            await Task.WhenAll(args.Skip(1).Select(name => Task.Run(async () => Console.WriteLine(name + " " + await SyncAsync(shared, name, full: false)))));
            return 0;
        default:
            throw new ArgumentException(args[0]);
    }
}
catch (ConnectorException exception)
{
    Console.WriteLine(exception.Id + ": " + exception.Message);
    return 3;
}

static async Task<SyncOutcome> SyncAsync(ConnectorFactory factory, string name, bool full)
{
    using var service = new ConnectorService(factory);
    return (await service.SyncAsync(name, new SyncOptions { Full = full }, new Unattended(), new Unattended(), CancellationToken.None)).Result.Outcome;
}

static StateStore Open(string folder, string keys) => new(new StateLocation(folder, keys, isMachineWide: false), new SystemClock());

static ConnectionSettings Connection(string tenant, string address) => new()
{
    Id = Guid.NewGuid(),
    Name = tenant,
    TenantId = tenant,
    AuthorityHost = new Uri("https://login.example"),
    GraphEndpoint = new Uri("https://graph.example/v1.0"),
    PasswordBossUri = new Uri(address),
};

static Intent Intent(int number) => new()
{
    Id = Guid.NewGuid(),
    RunId = Guid.NewGuid(),
    Action = SyncAction.Create,
    EntraId = "person" + number,
    Email = "person" + number + "@example.com",
};

static AccountLink Link(string id) => new() { EntraId = id, AccountId = id, Email = id + "@example.com" };
