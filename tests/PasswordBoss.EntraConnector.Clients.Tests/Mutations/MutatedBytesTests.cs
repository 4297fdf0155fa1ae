using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using CsCheck;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.PasswordBoss;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Core.Tests;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Mutations;

/// <summary>
/// Readers accept any bytes from a server or a disk, or report an error of the catalogue. They never report an internal error.
/// </summary>
[Trait("Speed", "Slow")]
public sealed class MutatedBytesTests
{
    private const string Id = "a0000000-0000-0000-0000-000000000001";
    private const string Other = "b0000000-0000-0000-0000-000000000002";
    private const string User = "\"id\":\"" + Id + "\",\"displayName\":\"Ann\",\"givenName\":\"Ann\",\"surname\":\"B\",\"mail\":\"a@b.c\",\"userPrincipalName\":\"a@b.c\",\"accountEnabled\":true,\"userType\":\"Member\"";
    private const string Next = "\"@odata.nextLink\":\"https://mutated.invalid/v1.0/next?$skiptoken=1\"";
    private const string ListOf = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":2,\"Resources\":[";
    private const string Account =
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"id\":\"u1\",\"userName\":\"a@b.c\",\"externalId\":\"" + Id + "\",\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"},\"displayName\":\"A B\","
        + "\"active\":true,\"urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User\":{\"accountState\":\"active\",\"managedBy\":\"AzureAD\"}}";
    private const string Group = "{\"id\":\"g1\",\"displayName\":\"G\",\"externalId\":\"" + Other + "\",\"members\":[{\"value\":\"u1\",\"type\":\"User\",\"$ref\":\"../Users/u1\"},{\"$ref\":\"x/Users/u2\"},7,\"u3\"]}";
    private const string Types =
        ListOf + "{\"name\":\"User\",\"endpoint\":\"/Users\",\"schema\":\"urn:ietf:params:scim:schemas:core:2.0:User\",\"schemaExtensions\":[{\"schema\":\"urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User\"}]},"
        + "{\"name\":\"Group\",\"endpoint\":\"/Groups\",\"schema\":\"urn:ietf:params:scim:schemas:core:2.0:Group\"}]}";
    private const string Config = "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"],\"patch\":{\"supported\":true},\"filter\":{\"supported\":true,\"maxResults\":100}}";

    private static readonly Error[] Refusals = [new(HttpStatusCode.BadRequest), new(HttpStatusCode.Forbidden), new(HttpStatusCode.NotFound), new(HttpStatusCode.Conflict)];

    private static readonly (string Body, Func<GraphDirectoryReader, Task> Read)[] GraphReads =
    [
        ("{\"value\":[{\"id\":\"" + Id + "\",\"displayName\":\"G\",\"groupTypes\":[\"DynamicMembership\"],\"mailEnabled\":false,\"securityEnabled\":true,\"visibility\":\"Private\",\"membershipRuleProcessingState\":\"On\"}]," + Next + "}",
            r => r.ListGroupsAsync("G", 5000, default)),
        ("{\"id\":\"" + Id + "\",\"displayName\":\"G\",\"groupTypes\":[],\"mailEnabled\":false,\"securityEnabled\":true}", r => r.FindGroupsAsync(Id, default)),
        ("{\"id\":\"" + Id + "\",\"displayName\":\"G\",\"value\":[{\"@odata.type\":\"#microsoft.graph.user\"," + User + "},{\"@odata.type\":\"#microsoft.graph.group\",\"id\":\"" + Other + "\"}]}",
            r => r.ReadGroupAsync(Id, "G", true, null, default)),
        ("{\"value\":[{" + User + "}]," + Next + "}", r => r.FindUsersAsync("a@b.c", default)),
        ("{" + User + "}", r => r.FindUsersAsync(Id, default)),
        ("{\"responses\":[{\"id\":\"0\",\"status\":200,\"headers\":{\"Retry-After\":\"1\"},\"body\":{" + User + "}},{\"id\":\"1\",\"status\":\"200\",\"body\":{\"value\":[\"" + Other + "\"]}}]}",
            r => r.LookUpUsersAsync([Id], [Other], default)),
        ("{\"responses\":[{\"id\":\"0\",\"status\":200,\"body\":{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + Id + "\"}}]}", r => r.FindDeletedUsersAsync([Id], default)),
        ("{\"value\":[],\"@odata.deltaLink\":\"https://mutated.invalid/v1.0/delta?$deltatoken=2\"}", r => r.StartTrackingAsync([Id], default)),
        ("{\"value\":[{\"id\":\"" + Id + "\",\"displayName\":\"G\",\"members@delta\":[{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"" + Other + "\",\"@removed\":{\"reason\":\"deleted\"}}]},{" + User + "},"
            + "{\"id\":\"" + Other + "\",\"@removed\":{\"reason\":\"changed\"}}],\"@odata.deltaLink\":\"https://mutated.invalid/v1.0/delta?$deltatoken=2\"}",
            r => r.ReadChangesAsync(new DeltaLinks { Groups = ["https://mutated.invalid/v1.0/g"], Users = "https://mutated.invalid/v1.0/u" }, default)),
        ("12", r => r.CountMembersAsync(Id, default)),
    ];

    private static readonly (string Body, Func<ScimAccountDirectory, Task> Read)[] ScimReads =
    [
        (ListOf + Account + ",{\"id\":7,\"userName\":\"b@b.c\"}]}", d => d.ListAccountsAsync(null, default)),
        (ListOf + Group + ",{\"id\":\"g2\",\"displayName\":\"H\"}]}", d => d.ListGroupsAsync(default)),
        (Account, d => d.GetAccountAsync("u1", default)),
        (Group, d => d.GetGroupAsync("g1", default)),
        (ListOf + Account + "]}", d => d.FindByExternalIdAsync(Id, default)),
        (ListOf + Account + "]}", d => d.FindByUserNameAsync("a@b.c", default)),
        (Account, d => d.CreateAccountAsync(new AccountDraft { UserName = "a@b.c", ExternalId = Id, GivenName = "A", FamilyName = "B", DisplayName = "A B" }, default)),
        (Account, d => d.PatchAccountAsync("u1", new AccountPatch { DisplayName = "A C" }, default)),
        (Group, d => d.RemoveMembersAsync("g1", ["u1", "u2"], default)),
        (ListOf + "{\"id\":\"urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User\",\"attributes\":[{\"name\":\"accountState\",\"type\":\"string\",\"mutability\":\"readWrite\",\"canonicalValues\":[\"active\"]}]}]}",
            d => d.DescribeExtensionAsync(default)),
    ];

    [Fact]
    public void Mutated_responses_of_Microsoft_Graph_are_handled() => Try(GraphReads, 800, async (body, status, read) =>
    {
        var host = new MutatedHost { Body = body, Status = status };
        var connection = TestConnections.To(MutatedHost.Address);
        using var reader = TestConnections.OpenReader(connection, new ConnectionSecrets { ClientSecret = "s" }, host, MutatedHost.Timing);
        await read(reader);
    });

    [Fact]
    public void Mutated_responses_of_a_SCIM_server_are_handled() => Try(ScimReads, 2000, async (body, status, read) =>
    {
        var host = new MutatedHost
        {
            Body = body,
            Status = status,
            Fixed = path => path.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal) ? Config : path.EndsWith("/ResourceTypes", StringComparison.Ordinal) ? Types : null,
        };
        using var directory = new ScimAccountDirectory(HttpEndpoint.Open(EndpointRole.PasswordBoss, MutatedHost.Address, host, MutatedHost.Timing), "t");
        await read(directory);
    });

    /// <summary>The two responses of discovery.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Mutated_discovery_of_a_SCIM_server_is_handled(bool isConfig) => Try<ScimAccountDirectory>([(isConfig ? Config : Types, d => d.DiscoverAsync(default))], 600, async (body, status, read) =>
    {
        var host = new MutatedHost { Body = body, Status = status, Fixed = path => path.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal) != isConfig ? isConfig ? Types : Config : null };
        using var directory = new ScimAccountDirectory(HttpEndpoint.Open(EndpointRole.PasswordBoss, MutatedHost.Address, host, MutatedHost.Timing), "t");
        await read(directory);
    });

    [Fact]
    public void Mutated_responses_of_the_sign_in_host_are_handled() => Try<GraphDirectoryReader>(
        [
            (MutatedHost.Token, r => r.SignInAsync(default)),
            ("""{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}""", r => r.SignInAsync(default)),
        ],
        150,
        async (body, status, read) =>
        {
            var host = new MutatedHost { Body = body, Status = status, MutatesToken = true };
            var connection = TestConnections.To(MutatedHost.Address);
            using var reader = TestConnections.OpenReader(connection, new ConnectionSecrets { ClientSecret = "s" }, host, MutatedHost.Timing);
            await read(reader);
        });

    /// <summary>The claims of an access token, which are read but never trusted.</summary>
    [Fact]
    public void Mutated_claims_of_a_token_are_handled() => Mutation.Several.TryEach(
        3000,
        mutations =>
        {
            var claims = Mutation.Apply(mutations, """{"tid":"t","appid":"a","azp":"b","roles":["User.Read.All"],"exp":1700000000}""");
            var token = "a." + Convert.ToBase64String(claims).TrimEnd('=').Replace('+', '-').Replace('/', '_') + ".c";
            AccessTokenFacts.Read(token, DateTimeOffset.UnixEpoch);
            AccessTokenFacts.ExpiryOf(token);
        });

    [Fact]
    public void Mutated_stored_documents_are_handled()
    {
        var connection = StateFixture.Connection() with { UserGroup = new GroupReference(Id, "G"), AdditionalGroups = [new GroupReference(Other, "H")], SecretExpires = StateFixture.SetClock.Start };
        var doubt = new UserDoubt { EntraId = Id, Since = StateFixture.SetClock.Start, Reported = new DirectoryUser { Id = Id, Mail = "a@b.c", AccountEnabled = true }, LeftGroups = [Other] };
        (string Text, Action<string> Read)[] documents =
        [
            (StoredDocuments.Connection.Write(connection), t => StoredDocuments.Connection.Read(t)),
            (StoredDocuments.Health.Write(ConnectionHealth.New with { LastSync = StateFixture.SetClock.Start, LastOutcome = SyncOutcome.Partial, Messages = [Texts.StatusOk] }), t => StoredDocuments.Health.Read(t)),
            (StoredDocuments.Pause.Write(new PauseRecord { RunId = Guid.NewGuid(), At = StateFixture.SetClock.Start, RefusedKeys = ["a"], Reason = new Message("Status_Ok", "b") }), t => StoredDocuments.Pause.Read(t)),
            (StoredDocuments.Progress.Write(new SyncProgress { Links = new DeltaLinks { Groups = ["g"], Users = "u" }, Scope = "s", RecheckUserIds = [Id], Doubts = [doubt], Groups = [new TrackedGroup { GroupId = Other }] }),
                t => StoredDocuments.Progress.Read(t)),
            (StoredDocuments.Message.Write(new Message("Status_Ok", "a")), t => StoredDocuments.Message.Read(t)),
            (StoredDocuments.Messages.Write([new Message("Status_Ok", "a"), Texts.StatusOk]), t => StoredDocuments.Messages.Read(t)),
            (StoredDocuments.Texts.Write(["a", "b"]), t => StoredDocuments.Texts.Read(t)),
        ];
        Gen.Select(Gen.Int[0, documents.Length - 1], Mutation.Several).TryEach(
            20_000,
            c =>
            {
                var (which, mutations) = c;
                var (text, read) = documents[which];
                Guard(() => read(Encoding.UTF8.GetString(Mutation.Apply(mutations, text))));
            });
    }

    /// <summary>The file beside the database, and the encrypted secrets.</summary>
    [Fact]
    public void Mutated_stored_files_and_secrets_are_handled()
    {
        using var state = new StateFixture();
        var connection = StateFixture.Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { ClientSecret = "secret", PasswordBossToken = "token" });
        using (var journal = state.Store.OpenJournal(connection.Id))
        {
            journal.Apply([new StateChange.RemovalCounted(new RemovalRecord { At = StateFixture.SetClock.Start })], []);
            journal.SaveRun(StateFixture.Run(StateFixture.SetClock.Start), ConnectionHealth.New, null, null);
        }

        var file = Path.Combine(state.Location.WitnessFolder, connection.Id.ToString("D") + ".json");
        var text = File.ReadAllText(file);
        using var database = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        var blob = database.Query("SELECT secrets FROM connections", row => (byte[])row.GetValue(0))[0];
        Mutation.Several.TryEach(
            50,
            mutations =>
            {
                File.WriteAllBytes(file, Mutation.Apply(mutations, text));
                Guard(() =>
                {
                    using var journal = state.Store.OpenJournal(connection.Id);
                    journal.LoadStart();
                });
            },
            isParallel: false);
        Gen.Select(Gen.Int[0, blob.Length - 1], Gen.Byte, Gen.Int[0, blob.Length]).TryEach(
            50,
            c =>
            {
                var (at, value, length) = c;
                var changed = blob.ToArray();
                changed[at] = value;
                database.Run("UPDATE connections SET secrets = $1", (object)changed[..Math.Max(length, at)]);
                Guard(() => state.Store.ReadSecrets(connection));
            },
            isParallel: false);
    }

    private static void Try<T>((string Body, Func<T, Task> Read)[] reads, int times, Func<byte[], HttpStatusCode, Func<T, Task>, Task> live) =>
        Gen.Select(Gen.Int[0, reads.Length - 1], Gen.Int[0, 20], Mutation.Several).TryEach(
            times,
            c =>
            {
                var (which, refusal, mutations) = c;
                var (body, read) = reads[which];
                // One in five is the body of a refusal.
                var status = refusal < Refusals.Length ? Refusals[refusal].Status : HttpStatusCode.OK;
                Guard(() => live(Mutation.Apply(mutations, body), status, read).GetAwaiter().GetResult());
            });

    private static void Guard(Action read)
    {
        try
        {
            read();
        }
        catch (ConnectorException e) when (e.Id != ErrorId.InternalError)
        {
            // The error can be rendered, whatever text it contains.
            _ = e.Message + e.Recommendation.Render();
        }
    }

    private sealed record Error(HttpStatusCode Status);
}
