using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>
/// Creates, or finds and completes: the user group, the registration, the service principal, the consent, a credential. Each step looks first, so that an
/// earlier attempt is completed, and the credential comes last, so that none is left behind that nobody has.
/// </summary>
internal sealed class ApplicationSetup
{
    private readonly IApplicationDirectory directory;
    private readonly ApplicationRequest request;
    private readonly IStepApprover approver;
    private readonly IRunObserver observer;
    private readonly PatientGraph patience;
    private readonly DateTimeOffset now;
    private string tenant = "";
    private bool declined;

    public ApplicationSetup(
        IApplicationDirectory directory, ApplicationRequest request, IStepApprover approver, IRunObserver observer, DateTimeOffset now, Func<TimeSpan, CancellationToken, Task> wait)
    {
        this.directory = directory;
        this.request = request;
        this.approver = approver;
        this.observer = observer;
        this.now = now;
        patience = new PatientGraph(wait, observer, request.DisplayName);
    }

    /// <summary>Does it. Null under <c>-WhatIf</c>, and when a step was declined.</summary>
    public async Task<NewApplication?> RunAsync(CancellationToken cancellationToken)
    {
        var facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
        tenant = facts.TenantId ?? request.TenantId ?? throw new ConnectorException(ErrorId.TenantUnknown, "?", new Message("Obstacle_TokenWithoutTenant").Render());
        if (Guid.TryParse(request.TenantId, out var wanted) && facts.TenantId is not null && !wanted.ToString("D").Equals(facts.TenantId, StringComparison.OrdinalIgnoreCase))
            throw new ConnectorException(ErrorId.AdminOfOtherTenant, facts.TenantId, request.TenantId!) { Target = request.TenantId };

        var graph = await FindGraphAsync(cancellationToken).ConfigureAwait(false);
        var group = await EnsureGroupAsync(cancellationToken).ConfigureAwait(false);
        var (application, clientId) = await EnsureApplicationAsync(cancellationToken).ConfigureAwait(false);
        var principal = await EnsureServicePrincipalAsync(application, clientId, cancellationToken).ConfigureAwait(false);
        var hasConsent = await EnsureConsentAsync(principal, graph, cancellationToken).ConfigureAwait(false);
        var credential = await AddCredentialAsync(application, clientId, cancellationToken).ConfigureAwait(false);
        if (approver.IsPreview || declined || clientId is null)
            return null;

        var consentUri = hasConsent ? null : ConsentLink.For(AuthorityHost, tenant, clientId);
        if (consentUri is not null)
            observer.Warning(request.DisplayName, new Message("Warning_ConsentNeeded", tenant, consentUri));
        return new NewApplication
        {
            TenantId = tenant,
            ClientId = clientId,
            Group = group,
            Certificate = credential?.Certificate,
            ClientSecret = credential?.ClientSecret,
            Expires = credential?.Expires,
            ConsentUri = consentUri,
        };
    }

    private Uri AuthorityHost => request.SignIn.AuthorityHost ?? CloudEndpoints.Of(request.SignIn.Environment).AuthorityHost;

    // The ids are known; that Graph offers the permissions under the same ids shows that this is Microsoft Graph.
    private async Task<ServicePrincipal> FindGraphAsync(CancellationToken cancellationToken)
    {
        var graph = await directory.FindServicePrincipalAsync(ApplicationRegistration.GraphClientId, cancellationToken).ConfigureAwait(false)
            ?? throw new ConnectorException(ErrorId.DirectoryObjectMissing, "Microsoft Graph", ApplicationRegistration.GraphClientId);
        foreach (var role in ApplicationRegistration.Roles)
        {
            if (!graph.Roles.TryGetValue(role.Key, out var id) || !string.Equals(id, role.Value, StringComparison.OrdinalIgnoreCase))
                throw new ConnectorException(ErrorId.DirectoryObjectMissing, role.Key, role.Value);
        }

        return graph;
    }

    private async Task<GroupReference?> EnsureGroupAsync(CancellationToken cancellationToken)
    {
        if (await FindGroupAsync(cancellationToken).ConfigureAwait(false) is { } present)
            return new GroupReference(present.Id, present.DisplayName);
        if (Guid.TryParse(request.Group, out _))
            throw new ConnectorException(ErrorId.GroupNotFound, request.Group, "") { Target = request.Group };
        if (!await ApproveAsync(new Message("Step_CreateGroup", request.Group), cancellationToken).ConfigureAwait(false))
            return null;
        try
        {
            var created = await patience.CreateAsync(
                new Message("Step_CreateGroup", request.Group),
                () => directory.CreateGroupAsync(request.Group, new Message("Text_GroupDescription").Render(), cancellationToken),
                () => FindGroupAsync(cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return new GroupReference(created.Id, created.DisplayName);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AdminNotAllowed)
        {
            // Who may register applications need not be allowed to create groups; the rest does not depend on it.
            observer.Warning(request.DisplayName, new Message("Warning_GroupNotCreated", request.Group));
            return null;
        }
    }

    private async Task<DirectoryGroup?> FindGroupAsync(CancellationToken cancellationToken)
    {
        var found = (await directory.FindGroupsAsync(request.Group, cancellationToken).ConfigureAwait(false)).Where(g => g.SecurityEnabled).ToList();
        return found.Count < 2
            ? found.FirstOrDefault()
            : throw new ConnectorException(ErrorId.GroupAmbiguous, request.Group, string.Join(", ", found.Select(g => g.Id))) { Target = request.Group };
    }

    private async Task<(RegisteredApplication? Application, string? ClientId)> EnsureApplicationAsync(CancellationToken cancellationToken)
    {
        var registration = new ApplicationRegistration { DisplayName = request.DisplayName, IsMultiTenant = request.MultiTenant };
        var present = await FindApplicationAsync(cancellationToken).ConfigureAwait(false);
        if (present is null && request.ClientId is { } foreign)
        {
            return request.MultiTenant
                ? (null, foreign)
                : throw new ConnectorException(ErrorId.ApplicationUnknown, tenant, foreign, new Message("Obstacle_NotRegisteredHere").Render()) { Target = foreign };
        }

        if (present is null)
        {
            var step = new Message("Step_CreateApplication", request.DisplayName, string.Join(", ", ApplicationRegistration.Roles.Keys));
            if (!await ApproveAsync(step, cancellationToken).ConfigureAwait(false))
                return (null, null);
            var created = await patience.CreateAsync(
                step, () => directory.CreateApplicationAsync(registration, cancellationToken), () => FindApplicationAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
            return (created, created.ClientId);
        }

        var missing = registration.MissingIn(present);
        if (missing.Count > 0)
        {
            var step = new Message("Step_CompleteApplication", present.DisplayName, string.Join(", ", missing));
            if (await ApproveAsync(step, cancellationToken).ConfigureAwait(false))
                await patience.WriteAsync(step, () => Done(directory.CompleteApplicationAsync(present.ObjectId, registration, cancellationToken)), cancellationToken).ConfigureAwait(false);
        }

        return (present, present.ClientId);
    }

    private async Task<RegisteredApplication?> FindApplicationAsync(CancellationToken cancellationToken)
    {
        if (request.ClientId is { } clientId)
            return await directory.FindApplicationAsync(clientId, cancellationToken).ConfigureAwait(false);
        var found = await directory.FindApplicationsAsync(request.DisplayName, cancellationToken).ConfigureAwait(false);
        return found.Count < 2
            ? (found.Count == 0 ? null : found[0])
            : throw new ConnectorException(ErrorId.ApplicationAmbiguous, request.DisplayName, string.Join(", ", found.Select(a => a.ClientId))) { Target = request.DisplayName };
    }

    private async Task<ServicePrincipal?> EnsureServicePrincipalAsync(RegisteredApplication? application, string? clientId, CancellationToken cancellationToken)
    {
        if (clientId is not null && await directory.FindServicePrincipalAsync(clientId, cancellationToken).ConfigureAwait(false) is { } present)
            return present;
        var step = new Message("Step_CreateServicePrincipal", application?.DisplayName ?? clientId ?? request.DisplayName);
        if (!await ApproveAsync(step, cancellationToken).ConfigureAwait(false) || clientId is null)
            return null;
        try
        {
            return await patience.CreateAsync(
                step,
                () => directory.CreateServicePrincipalAsync(clientId, cancellationToken),
                () => directory.FindServicePrincipalAsync(clientId, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.DirectoryObjectMissing && application is null)
        {
            throw new ConnectorException(ErrorId.ApplicationUnknown, tenant, clientId, new Message("Obstacle_NotMultiTenant").Render()) { Target = clientId };
        }
    }

    private async Task<bool> EnsureConsentAsync(ServicePrincipal? principal, ServicePrincipal graph, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> granted = principal is null
            ? Array.Empty<string>()
            : await patience.WriteAsync(
                new Message("Step_Consent", principal.DisplayName), () => directory.ListGrantedRolesAsync(principal.Id, graph.Id, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (var role in ApplicationRegistration.Roles.Where(r => !granted.Contains(r.Value, StringComparer.OrdinalIgnoreCase)))
        {
            var step = new Message("Step_Consent", role.Key);
            if (!await ApproveAsync(step, cancellationToken).ConfigureAwait(false) || principal is null)
            {
                if (approver.IsPreview)
                    continue;
                return false;
            }

            try
            {
                await patience.WriteAsync(step, () => Done(directory.GrantRoleAsync(principal.Id, graph.Id, role.Value, cancellationToken)), cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e) when (e.Id == ErrorId.AdminNotAllowed)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<NewApplication?> AddCredentialAsync(RegisteredApplication? application, string? clientId, CancellationToken cancellationToken)
    {
        // The credential of an application of another tenant belongs to its maker.
        var isForeign = application is null && clientId is not null;
        if (request.Credential == CredentialKind.None || isForeign)
            return null;
        var expires = now.AddMonths(request.LifetimeMonths);
        var isCertificate = request.Credential == CredentialKind.Certificate;
        var step = new Message(isCertificate ? "Step_AddCertificate" : "Step_AddSecret", expires.ToLocalTime().ToString("d", CultureInfo.CurrentCulture));
        if (!await ApproveAsync(step, cancellationToken).ConfigureAwait(false) || application is null)
            return null;
        var certificate = isCertificate
            ? await patience.WriteAsync(step, () => directory.AddCertificateAsync(application.ObjectId, request.DisplayName, expires, cancellationToken), cancellationToken).ConfigureAwait(false)
            : null;
        var secret = isCertificate
            ? null
            : await patience.WriteAsync(step, () => directory.AddSecretAsync(application.ObjectId, request.DisplayName, expires, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new NewApplication { TenantId = tenant, ClientId = application.ClientId, Certificate = certificate, ClientSecret = secret, Expires = expires };
    }

    private async Task<bool> ApproveAsync(Message step, CancellationToken cancellationToken)
    {
        // After one step was declined the following ones have nothing to stand on.
        if (declined)
            return false;
        var approved = await approver.ApproveAsync(new Message("Text_Tenant", tenant).Render(), step, cancellationToken).ConfigureAwait(false);
        declined = !approved && !approver.IsPreview;
        return approved;
    }

    private static async Task<bool> Done(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }
}
