using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph.Applications.Item.AddPassword;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Serialization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using ServicePrincipal = PasswordBoss.EntraConnector.Model.ServicePrincipal;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The applications of one tenant, through Microsoft Graph v1.0 on behalf of an admin.</summary>
internal sealed class GraphApplicationDirectory : IApplicationDirectory
{
    private static readonly string[] ApplicationProperties = ["id", "appId", "displayName", "signInAudience", "web", "requiredResourceAccess"];
    private static readonly string[] KeyProperties = ["id", "keyCredentials"];
    private static readonly string[] PrincipalProperties = ["id", "appId", "displayName", "appRoles"];

    // Graph's errors while a new object is not yet replicated everywhere: a code, and texts that are documented only in Microsoft's own modules and in forums
    // (https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals, serviceprincipal-post-approleassignments).
    private const string NotReplicatedCode = "NoBackingApplicationObject";
    private static readonly string[] NotReplicatedYet = ["does not reference a valid application object", "Not a valid reference update"];
    private const string GrantedAlready = "Permission being assigned already exists on the object";

    private readonly EntraEndpoints endpoints;
    private readonly bool tokenWasGiven;
    private readonly EntraSignIn signIn;
    private readonly GraphChannel channel;
    private readonly GroupFinder groups;

    /// <summary>Opens the tenant; nothing is sent yet.</summary>
    /// <param name="endpoints">The hosts of the tenant, without retries of POST requests to Graph.</param>
    /// <param name="session">The tenant to sign in to.</param>
    /// <param name="admin">How the admin signs in.</param>
    /// <param name="show">Shows the admin how to sign in: which code to enter where, or that a browser opens.</param>
    public GraphApplicationDirectory(EntraEndpoints endpoints, EntraTenant session, AdminSignIn admin, Action<string> show)
    {
        this.endpoints = endpoints;
        tokenWasGiven = admin.AccessToken is not null;
        signIn = EntraSignIn.OfAdmin(endpoints.SignIn, session, admin, show);
        channel = new GraphChannel(endpoints.Graph, signIn);
        groups = new GroupFinder(channel, Refusal);
    }

    /// <inheritdoc/>
    public async Task<SignInFacts> SignInAsync(CancellationToken cancellationToken)
    {
        var token = await signIn.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        return AccessTokenFacts.Read(token.Token, token.ExpiresOn);
    }

    /// <inheritdoc/>
    public Task<string> ResolveTenantAsync(string domain, CancellationToken cancellationToken) => new TenantResolver(endpoints.SignIn).ResolveAsync(domain, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DirectoryGroup>> FindGroupsAsync(string idOrDisplayName, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(idOrDisplayName, out var id))
            return await groups.FindByNameAsync(idOrDisplayName, cancellationToken).ConfigureAwait(false);
        return await groups.FindByIdAsync(id, cancellationToken).ConfigureAwait(false) is { } group ? [group] : [];
    }

    /// <inheritdoc/>
    public async Task<DirectoryGroup?> FindCreatedGroupAsync(string uniqueName, CancellationToken cancellationToken) => await FindAsync(
        () => channel.Graph.GroupsWithUniqueName(uniqueName).ToGetRequestInformation(r => r.QueryParameters.Select = DirectoryObjects.GroupProperties),
        Group.CreateFromDiscriminatorValue,
        uniqueName,
        cancellationToken).ConfigureAwait(false) is { } group ? DirectoryObjects.ReadGroup(group, uniqueName) : null;

    /// <inheritdoc/>
    public async Task<Creation<DirectoryGroup>> CreateGroupAsync(string uniqueName, string displayName, string description, CancellationToken cancellationToken)
    {
        // The nickname is required even for groups without mail, and limited to ASCII (https://learn.microsoft.com/graph/api/group-post-groups).
        var nickname = new string(displayName.Where(c => c is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z').Take(48).ToArray());
        var group = new Group { DisplayName = displayName, Description = description, MailEnabled = false, SecurityEnabled = true, MailNickname = nickname.Length == 0 ? "PasswordBossUsers" : nickname };
        // https://learn.microsoft.com/graph/api/group-upsert
        return await UpsertAsync(
            () => channel.Graph.GroupsWithUniqueName(uniqueName).ToPatchRequestInformation(group, CreateIfMissing),
            Group.CreateFromDiscriminatorValue,
            created => DirectoryObjects.ReadGroup(created, displayName),
            displayName,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RegisteredApplication>> FindApplicationsAsync(string displayName, CancellationToken cancellationToken)
    {
        var applications = await ListAsync(
            () => channel.Graph.Applications.ToGetRequestInformation(r =>
            {
                r.QueryParameters.Select = ApplicationProperties;
                r.QueryParameters.Filter = "displayName eq " + DirectoryObjects.Quote(displayName);
            }),
            Application.CreateFromDiscriminatorValue,
            displayName,
            cancellationToken).ConfigureAwait(false);
        return applications.ConvertAll(Read);
    }

    /// <inheritdoc/>
    public async Task<RegisteredApplication?> FindApplicationAsync(string clientId, CancellationToken cancellationToken) => await FindAsync(
        () => channel.Graph.ApplicationsWithAppId(clientId).ToGetRequestInformation(r => r.QueryParameters.Select = ApplicationProperties),
        Application.CreateFromDiscriminatorValue,
        clientId,
        cancellationToken).ConfigureAwait(false) is { } application ? Read(application) : null;

    /// <inheritdoc/>
    public async Task<RegisteredApplication?> FindCreatedApplicationAsync(string uniqueName, CancellationToken cancellationToken) => await FindAsync(
        () => channel.Graph.ApplicationsWithUniqueName(uniqueName).ToGetRequestInformation(r => r.QueryParameters.Select = ApplicationProperties),
        Application.CreateFromDiscriminatorValue,
        uniqueName,
        cancellationToken).ConfigureAwait(false) is { } application ? Read(application) : null;

    /// <inheritdoc/>
    public async Task<Creation<RegisteredApplication>> CreateApplicationAsync(string uniqueName, ApplicationRegistration registration, CancellationToken cancellationToken)
    {
        var application = new Application
        {
            DisplayName = registration.DisplayName,
            SignInAudience = AudienceOf(registration.IsMultiTenant),
            Web = new WebApplication { RedirectUris = [.. registration.RedirectUris] },
            RequiredResourceAccess = [GraphAccess(registration.RequiredRoles)],
        };
        // https://learn.microsoft.com/graph/api/application-upsert
        return await UpsertAsync(
            () => channel.Graph.ApplicationsWithUniqueName(uniqueName).ToPatchRequestInformation(application, CreateIfMissing),
            Application.CreateFromDiscriminatorValue,
            Read,
            registration.DisplayName,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CompleteApplicationAsync(string objectId, ApplicationRegistration registration, CancellationToken cancellationToken)
    {
        var present = await GetAsync(objectId, ApplicationProperties, cancellationToken).ConfigureAwait(false);
        var access = present.RequiredResourceAccess ?? [];
        var graph = access.Find(IsGraph);
        if (graph is null)
            access.Add(graph = GraphAccess([]));
        foreach (var role in registration.RequiredRoles.Except(RolesOf(graph), EntraId.Comparer).ToList())
            (graph.ResourceAccess ??= []).Add(new ResourceAccess { Id = Guid.Parse(role), Type = "Role" });
        var addresses = present.Web?.RedirectUris ?? [];
        addresses.AddRange(registration.RedirectUris.Except(addresses, StringComparer.OrdinalIgnoreCase).ToList());
        // Each list replaces the existing one as a whole (https://learn.microsoft.com/graph/api/application-update).
        var change = new Application { RequiredResourceAccess = access, Web = new WebApplication { RedirectUris = addresses } };
        if (registration.IsMultiTenant && !IsMultiTenant(present))
            change.SignInAudience = AudienceOf(true);
        await WriteAsync(() => channel.Graph.Applications[objectId].ToPatchRequestInformation(change), registration.DisplayName, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<ServicePrincipal?> FindServicePrincipalAsync(string clientId, CancellationToken cancellationToken) => await FindAsync(
        () => channel.Graph.ServicePrincipalsWithAppId(clientId).ToGetRequestInformation(r => r.QueryParameters.Select = PrincipalProperties),
        Microsoft.Graph.Models.ServicePrincipal.CreateFromDiscriminatorValue,
        EntraId.Same(clientId, ApplicationRegistration.GraphClientId) ? "Microsoft Graph" : clientId,
        cancellationToken).ConfigureAwait(false) is { } principal ? Read(principal) : null;

    /// <inheritdoc/>
    public async Task<Creation<ServicePrincipal>> CreateServicePrincipalAsync(string clientId, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(
            () => channel.Graph.ServicePrincipals.ToPostRequestInformation(new Microsoft.Graph.Models.ServicePrincipal { AppId = clientId }), cancellationToken).ConfigureAwait(false);
        // An application has one service principal per tenant. If it was created a moment ago, the search before may have missed it.
        if (response.Status == 409 && response.HasErrorCode("Request_MultipleObjectsWithSameKeyValue"))
            return new Creation<ServicePrincipal>.AlreadyExists();
        return new Creation<ServicePrincipal>.Created(Read(ModelOf(response, Microsoft.Graph.Models.ServicePrincipal.CreateFromDiscriminatorValue, clientId)));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListGrantedRolesAsync(string principalId, string resourceId, CancellationToken cancellationToken)
    {
        var assignments = await ListAsync(
            () => channel.Graph.ServicePrincipals[principalId].AppRoleAssignments.ToGetRequestInformation(),
            AppRoleAssignment.CreateFromDiscriminatorValue,
            principalId,
            cancellationToken).ConfigureAwait(false);
        return assignments.Where(a => EntraId.Same(a.ResourceId?.ToString("D"), resourceId) && a.AppRoleId is not null).Select(a => a.AppRoleId!.Value.ToString("D")).ToList();
    }

    /// <inheritdoc/>
    public async Task GrantRoleAsync(string principalId, string resourceId, string roleId, CancellationToken cancellationToken)
    {
        var assignment = new AppRoleAssignment { PrincipalId = Guid.Parse(principalId), ResourceId = Guid.Parse(resourceId), AppRoleId = Guid.Parse(roleId) };
        using var response = await channel.SendAsync(
            () => channel.Graph.ServicePrincipals[principalId].AppRoleAssignments.ToPostRequestInformation(assignment), cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccess && !HasMessage(response, GrantedAlready))
            throw new ConnectorException(Refusal(response, roleId));
    }

    /// <inheritdoc/>
    public async Task<X509Certificate2> AddCertificateAsync(
        string objectId, string displayName, DateTimeOffset begins, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        // addKey requires a proof with an existing key. The update replaces the whole list, so the existing keys are sent again; Graph only returns their values if
        // they are selected by name (https://learn.microsoft.com/graph/api/resources/keycredential).
        var keys = (await GetAsync(objectId, KeyProperties, cancellationToken).ConfigureAwait(false)).KeyCredentials ?? [];
        var certificate = ApplicationCertificate.Create(displayName, begins, expires);
        try
        {
            keys.Add(new KeyCredential
            {
                Type = "AsymmetricX509Cert",
                Usage = "Verify",
                DisplayName = "CN=" + displayName,
                Key = certificate.RawData,
                StartDateTime = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
                EndDateTime = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
            });
            await WriteAsync(() => channel.Graph.Applications[objectId].ToPatchRequestInformation(new Application { KeyCredentials = keys }), displayName, cancellationToken).ConfigureAwait(false);
            return certificate;
        }
        catch
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<string> AddSecretAsync(string objectId, string displayName, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var body = new AddPasswordPostRequestBody { PasswordCredential = new PasswordCredential { DisplayName = displayName, EndDateTime = expires } };
        var added = await SendAsync(
            () => channel.Graph.Applications[objectId].AddPassword.ToPostRequestInformation(body), PasswordCredential.CreateFromDiscriminatorValue, displayName, cancellationToken).ConfigureAwait(false);
        return added.SecretText is { Length: > 0 } value ? value : throw new ConnectorException(GraphErrors.Invalid(Texts.GraphNoSecret));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        signIn.Dispose();
    }

    private async Task<Application> GetAsync(string objectId, string[] properties, CancellationToken cancellationToken) => await SendAsync(
        () => channel.Graph.Applications[objectId].ToGetRequestInformation(r => r.QueryParameters.Select = properties),
        Application.CreateFromDiscriminatorValue,
        objectId,
        cancellationToken).ConfigureAwait(false);

    private async Task<List<T>> ListAsync<T>(Func<RequestInformation> describe, ParsableFactory<T> factory, string subject, CancellationToken cancellationToken)
        where T : class, IParsable
    {
        var items = new List<T>();
        await new GraphPages<T>(channel, describe, Read, response => Refusal(response, subject)).ReadAsync(
            items.Clear,
            page =>
            {
                items.AddRange(page);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return items;

        T Read(JsonElement item) => GraphResponse.As(item, factory) ?? throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue));
    }

    private async Task<T?> FindAsync<T>(Func<RequestInformation> describe, ParsableFactory<T> factory, string subject, CancellationToken cancellationToken)
        where T : class, IParsable
    {
        using var response = await channel.SendAsync(describe, cancellationToken).ConfigureAwait(false);
        return response.Status == 404 && response.ErrorCode is not null ? null : ModelOf(response, factory, subject);
    }

    private async Task<T> SendAsync<T>(Func<RequestInformation> describe, ParsableFactory<T> factory, string subject, CancellationToken cancellationToken)
        where T : class, IParsable
    {
        using var response = await channel.SendAsync(describe, cancellationToken).ConfigureAwait(false);
        return ModelOf(response, factory, subject);
    }

    private async Task<Creation<T>> UpsertAsync<TModel, T>(
        Func<RequestInformation> describe, ParsableFactory<TModel> factory, Func<TModel, T> read, string subject, CancellationToken cancellationToken)
        where TModel : class, IParsable
        where T : class
    {
        using var response = await channel.SendAsync(describe, cancellationToken).ConfigureAwait(false);
        // 204 without a body means that Graph updated an existing object.
        return response.Status == 204 ? new Creation<T>.AlreadyExists() : new Creation<T>.Created(read(ModelOf(response, factory, subject)));
    }

    private async Task WriteAsync(Func<RequestInformation> describe, string subject, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(describe, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccess)
            throw new ConnectorException(Refusal(response, subject));
    }

    private T ModelOf<T>(GraphResponse response, ParsableFactory<T> factory, string subject)
        where T : class, IParsable =>
        response.IsSuccess ? response.As(factory) ?? throw new ConnectorException(channel.Errors.FromResponse(response, "")) : throw new ConnectorException(Refusal(response, subject));

    // Only an error that means "not replicated yet" is worth a retry. Every other error is reported at once, because a person must fix it.
    private Problem Refusal(GraphResponse response, string subject)
    {
        if (response.ErrorCode is not { } code)
            return channel.Errors.FromResponse(response, "Application.ReadWrite.All");
        return response.Status switch
        {
            404 => Problems.DirectoryObjectMissing(subject, code).About(subject),
            400 when response.HasErrorCode(NotReplicatedCode) || Array.Exists(NotReplicatedYet, words => HasMessage(response, words)) =>
                Problems.DirectoryObjectMissing(subject, code).About(subject),
            401 when tokenWasGiven => Problems.AdminTokenUnusable(Texts.TokenRejected(GraphErrors.Detail(response))),
            403 => Problems.AdminNotAllowed(subject, code).About(subject),
            >= 400 and < 500 and not (401 or 408 or 429) =>
                Problems.DirectoryRefused(subject, (response.ErrorMessage.Length == 0 ? code : code + ": " + response.ErrorMessage).TrimEnd('.')).About(subject),
            _ => channel.Errors.FromResponse(response, "Application.ReadWrite.All"),
        };
    }

    private static bool HasMessage(GraphResponse response, string words) => CultureInfo.InvariantCulture.CompareInfo.IndexOf(response.ErrorMessage, words, CompareOptions.OrdinalIgnoreCase) >= 0;

    private static void CreateIfMissing<T>(RequestConfiguration<T> request)
        where T : class, new() => request.Headers.Add("Prefer", "create-if-missing");

    private static RegisteredApplication Read(Application application) => new()
    {
        ObjectId = application.Id!,
        ClientId = application.AppId ?? "",
        DisplayName = application.DisplayName ?? "",
        IsMultiTenant = IsMultiTenant(application),
        RedirectUris = application.Web?.RedirectUris ?? [],
        RequiredRoles = application.RequiredResourceAccess?.Find(IsGraph) is { } graph ? RolesOf(graph) : [],
    };

    private static ServicePrincipal Read(Microsoft.Graph.Models.ServicePrincipal principal) => new()
    {
        Id = principal.Id!,
        DisplayName = principal.DisplayName ?? "",
        Roles = (principal.AppRoles ?? [])
            .Where(r => r.IsEnabled == true && r.Value is not null && r.Id is not null && r.AllowedMemberTypes?.Contains("Application") == true)
            .GroupBy(r => r.Value!, StringComparer.Ordinal)
            .ToDictionary(r => r.Key, r => r.First().Id!.Value.ToString("D"), StringComparer.Ordinal),
    };

    private static RequiredResourceAccess GraphAccess(IEnumerable<string> roles) => new()
    {
        ResourceAppId = ApplicationRegistration.GraphClientId,
        ResourceAccess = roles.Select(role => new ResourceAccess { Id = Guid.Parse(role), Type = "Role" }).ToList(),
    };

    private static List<string> RolesOf(RequiredResourceAccess access) =>
        (access.ResourceAccess ?? []).Where(r => r.Type == "Role" && r.Id is not null).Select(r => r.Id!.Value.ToString("D")).ToList();

    private static bool IsGraph(RequiredResourceAccess access) => EntraId.Same(access.ResourceAppId, ApplicationRegistration.GraphClientId);

    private static bool IsMultiTenant(Application application) => application.SignInAudience is "AzureADMultipleOrgs" or "AzureADandPersonalMicrosoftAccount";

    private static string AudienceOf(bool isMultiTenant) => isMultiTenant ? "AzureADMultipleOrgs" : "AzureADMyOrg";
}
