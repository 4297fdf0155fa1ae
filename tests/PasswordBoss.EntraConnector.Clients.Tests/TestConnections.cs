using System;
using System.Net.Http;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>Connections to servers of the tests.</summary>
internal static class TestConnections
{
    /// <summary>Timing that keeps tests fast. All other settings have their defaults.</summary>
    public static HttpTiming Fast { get; } = new()
    {
        RetryBaseDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        TryTimeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>A connection whose three servers have one address.</summary>
    public static ConnectionSettings To(Uri address) => To(address, address, address);

    /// <summary>A connection to three addresses.</summary>
    public static ConnectionSettings To(Uri authority, Uri graph, Uri passwordBoss) => new()
    {
        Id = Guid.NewGuid(),
        Name = "Test",
        TenantId = "11111111-1111-1111-1111-111111111111",
        ClientId = "22222222-2222-2222-2222-222222222222",
        Credential = CredentialKind.ClientSecret,
        AuthorityHost = authority,
        GraphEndpoint = graph,
        PasswordBossUri = passwordBoss,
    };

    /// <summary>A reader of the tenant of a connection.</summary>
    public static GraphDirectoryReader OpenReader(
        ConnectionSettings connection, ConnectionSecrets secrets, HttpMessageHandler? innerHandler = null, HttpTiming? timing = null, int mostObjects = GraphReadLimits.MostObjects)
    {
        var tenant = EntraTenant.Of(connection);
        return new GraphDirectoryReader(EntraEndpoints.ToRead(tenant, innerHandler, timing ?? Fast), tenant, secrets, new TokenCache(), mostObjects);
    }
}
