//! The tables, as in `/migrations`. What they hold is said there.

diesel::table! {
    holders (id) {
        id -> Text,
        code_type -> Text,
        code_ciphertext -> Binary,
        code_index -> Text,
        name -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    certificates (id) {
        id -> Text,
        kind -> Text,
        number_ciphertext -> Binary,
        number_index -> Text,
        issuer_code -> Text,
        division -> Text,
        identifier -> Text,
        serial -> Text,
        holder_id -> Text,
        plate -> Nullable<Text>,
        plate_colour -> Nullable<Integer>,
        version -> Integer,
        status -> Text,
        review_overdue -> Bool,
        review_due -> Nullable<Integer>,
        suspended_until -> Nullable<Integer>,
        due_on -> Nullable<Integer>,
        sequence -> Nullable<BigInt>,
        revision -> BigInt,
        specimen -> Bool,
        status_index -> BigInt,
        issued_on -> Integer,
        valid_from -> Integer,
        valid_to -> Nullable<Integer>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    certificate_versions (certificate_id, version) {
        certificate_id -> Text,
        version -> Integer,
        items_ciphertext -> Binary,
        items_mac -> Binary,
        status_index -> BigInt,
        made_by -> Text,
        replaced_as -> Nullable<Text>,
        credential -> Binary,
        seal_key -> Text,
        sealed_at -> BigInt,
        credential_exp -> BigInt,
        division -> Text,
        specimen -> Bool,
        issued_on -> Integer,
        valid_to -> Nullable<Integer>,
    }
}

diesel::table! {
    writes (key) {
        key -> Text,
        body_mac -> Binary,
        status -> Integer,
        answer -> Text,
        done_at -> BigInt,
    }
}

diesel::table! {
    lookups (id) {
        id -> Text,
        account_id -> Text,
        division -> Nullable<Text>,
        looked_by -> Text,
        purpose -> Text,
        basis_ciphertext -> Binary,
        found -> Integer,
        looked_at -> BigInt,
    }
}

diesel::table! {
    lookup_hits (lookup_id, certificate_id) {
        lookup_id -> Text,
        certificate_id -> Text,
        holder_id -> Text,
    }
}

diesel::table! {
    maintenance_applications (id) {
        id -> Text,
        number -> Text,
        division -> Nullable<Text>,
        operation -> Text,
        state -> Text,
        form_ciphertext -> Binary,
        revision -> Integer,
        created_by -> Text,
        created_at -> BigInt,
        submitted_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        refusal -> Nullable<Text>,
        completed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    maintenance_items (application_id, certificate_id) {
        application_id -> Text,
        ordinal -> Integer,
        certificate_id -> Text,
        since_seq -> BigInt,
        event_id -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (name) {
        name -> Text,
        done_slot -> BigInt,
        runner -> Nullable<Text>,
        leased_until -> BigInt,
        succeeded_at -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    certificate_events (id) {
        id -> Text,
        seq -> BigInt,
        certificate_id -> Text,
        event -> Text,
        version -> Integer,
        status -> Text,
        review_overdue -> Bool,
        division -> Text,
        moved_from -> Nullable<Text>,
        until_day -> Nullable<Integer>,
        reason -> Nullable<Text>,
        occurred_at -> BigInt,
        recorded_at -> BigInt,
        actor -> Text,
        batch_id -> Nullable<Text>,
    }
}

diesel::table! {
    status_indices (iss) {
        iss -> Text,
        next -> BigInt,
        secret -> Binary,
        generation -> BigInt,
        events -> BigInt,
    }
}

diesel::table! {
    ingest_batches (id) {
        id -> Text,
        idempotency_key -> Nullable<Text>,
        account_id -> Text,
        body_mac -> Nullable<Binary>,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        lines -> BigInt,
        created -> BigInt,
        changed -> BigInt,
        unchanged -> BigInt,
        rejected -> BigInt,
    }
}

diesel::table! {
    ingest_findings (batch_id, line, ordinal) {
        batch_id -> Text,
        line -> BigInt,
        ordinal -> Integer,
        severity -> Text,
        item -> Text,
        rule -> Text,
        source -> Text,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        key_use -> Text,
        custody -> Text,
        label -> Text,
        public_key -> Binary,
        development -> Bool,
        not_before -> BigInt,
        not_after -> BigInt,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
        usable_at -> Nullable<BigInt>,
        override_reason -> Nullable<Text>,
        revoked_at -> Nullable<BigInt>,
        revoked_all -> Bool,
        revocation_reason -> Nullable<Text>,
        revocation_approval -> Nullable<Text>,
    }
}

diesel::table! {
    trust_lists (seq) {
        seq -> BigInt,
        bytes -> Binary,
        digest -> Binary,
        issued_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    status_lists (iss, issued_at) {
        iss -> Text,
        issued_at -> BigInt,
        bytes -> Binary,
        digest -> Binary,
        generation -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    reveals (id) {
        id -> Text,
        certificate_id -> Text,
        version -> Integer,
        holder_id -> Text,
        account_id -> Text,
        role -> Text,
        division -> Nullable<Text>,
        purpose -> Text,
        basis_ciphertext -> Binary,
        revealed_at -> BigInt,
    }
}

diesel::table! {
    outflows (account_id, day, kind) {
        account_id -> Text,
        day -> Integer,
        kind -> Text,
        records -> BigInt,
    }
}

diesel::table! {
    data_keys (id) {
        id -> Text,
        wrapped -> Binary,
        master_key -> Text,
        created_at -> BigInt,
        retired_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        login -> Text,
        role -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        holder_id -> Nullable<Text>,
        division -> Nullable<Text>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        grant_id -> Nullable<Text>,
        integrity_key -> Integer,
        integrity_code -> Binary,
        password_set_at -> BigInt,
        password_initial -> Bool,
        last_sign_in_at -> Nullable<BigInt>,
        factors_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    service_keys (kid) {
        kid -> Text,
        account_id -> Text,
        public_key -> Binary,
        label -> Text,
        not_before -> BigInt,
        not_after -> BigInt,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        grant_id -> Text,
        integrity_key -> Integer,
        integrity_code -> Binary,
    }
}

diesel::table! {
    service_nonces (kid, nonce) {
        kid -> Text,
        nonce -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    wechat_users (id) {
        id -> Text,
        openid -> Binary,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    bindings (id) {
        id -> Text,
        wechat_user_id -> Text,
        state -> Text,
        code_type -> Text,
        account_id -> Nullable<Text>,
        organisation_code_ciphertext -> Nullable<Binary>,
        organisation_code_index -> Nullable<Text>,
        organisation_name -> Nullable<Text>,
        applicant -> Nullable<Text>,
        division -> Nullable<Text>,
        real_name_reference -> Text,
        requested_at -> BigInt,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        account_id -> Text,
        public_key -> Binary,
        kid -> Text,
        label -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    device_credentials (id) {
        id -> Text,
        device_id -> Text,
        certificate_id -> Text,
        version -> Integer,
        status_index -> BigInt,
        sealed_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    presentations (cti) {
        cti -> Text,
        certificate_id -> Text,
        version -> Integer,
        made_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        digest -> Binary,
        account_id -> Text,
        device_id -> Nullable<Text>,
        signed -> Nullable<Binary>,
        officer -> Text,
        device -> Text,
        code -> Text,
        certificate_id -> Nullable<Text>,
        cti -> Nullable<Text>,
        certificate_iss -> Nullable<Text>,
        status_index -> Nullable<BigInt>,
        version -> Nullable<Integer>,
        outcome -> Text,
        reason -> Nullable<Text>,
        bundle_seq -> Nullable<BigInt>,
        status_iat -> Nullable<BigInt>,
        scanned_at -> BigInt,
        received_at -> BigInt,
        place -> Nullable<Text>,
        purpose -> Text,
        server_outcome -> Text,
        server_reason -> Nullable<Text>,
        flags -> Text,
    }
}

diesel::table! {
    activations (certificate_id, year, source) {
        certificate_id -> Text,
        year -> Integer,
        source -> Text,
        occurred_at -> BigInt,
        recorded_at -> BigInt,
        evidence -> Text,
    }
}

diesel::table! {
    score_marks (name) {
        name -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    score_touched (certificate_id, because) {
        certificate_id -> Text,
        because -> Text,
    }
}

diesel::table! {
    score_facts (certificate_id, since) {
        certificate_id -> Text,
        since -> Integer,
        division -> Text,
        kind -> Text,
        issued_on -> Integer,
        in_force -> Bool,
        valid_to -> Nullable<Integer>,
        specimen -> Bool,
        conforming -> Bool,
    }
}

diesel::table! {
    score_uses (certificate_id, year) {
        certificate_id -> Text,
        year -> Integer,
        shown_on -> Nullable<Integer>,
        checked_on -> Nullable<Integer>,
    }
}

diesel::table! {
    score_tallies (year, level, starts, measure, division, kind, conforming) {
        year -> Integer,
        measure -> Text,
        level -> Text,
        starts -> Integer,
        division -> Text,
        kind -> Text,
        conforming -> Bool,
        number -> Integer,
    }
}

diesel::table! {
    licence_counts (id) {
        id -> Text,
        division -> Text,
        kind -> Text,
        day -> Integer,
        paper -> Integer,
        note -> Text,
        reported_by -> Text,
        reported_at -> BigInt,
        replaced_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    trainings (id) {
        id -> Text,
        division -> Text,
        audience -> Text,
        title -> Text,
        held_on -> Integer,
        reached -> Integer,
        of -> Integer,
        media_type -> Text,
        evidence -> Binary,
        digest -> Binary,
        recorded_by -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    refusals (id) {
        id -> Text,
        certificate_id -> Text,
        division -> Text,
        happened_at -> BigInt,
        account_ciphertext -> Binary,
        reported_by -> Text,
        reporter_role -> Text,
        reported_at -> BigInt,
        state -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    score_reports (id) {
        id -> Text,
        year -> Integer,
        as_of -> Integer,
        division -> Text,
        figures -> Text,
        evidence -> Text,
        frozen_by -> Text,
        frozen_at -> BigInt,
        assessment -> Text,
        assessed_by -> Nullable<Text>,
        assessed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    claims (digest) {
        digest -> Binary,
        claimant -> Nullable<Binary>,
        ends_at -> BigInt,
    }
}

diesel::table! {
    schema_support (id) {
        id -> Integer,
        least -> Text,
    }
}

diesel::table! {
    backups (id) {
        id -> Text,
        made_at -> BigInt,
        length -> BigInt,
        sealed -> Bool,
    }
}

diesel::table! {
    audit_entries (seq) {
        seq -> BigInt,
        id -> Text,
        at -> BigInt,
        actor -> Nullable<Text>,
        role -> Nullable<Text>,
        address -> Nullable<Text>,
        device -> Nullable<Text>,
        request_id -> Nullable<Text>,
        action -> Text,
        object_kind -> Nullable<Text>,
        object_id -> Nullable<Text>,
        division -> Nullable<Text>,
        result -> Text,
        reason -> Nullable<Text>,
        details -> Text,
        prev_hash -> Binary,
        hash -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    audit_checkpoints (seq, archived) {
        seq -> BigInt,
        archived -> Bool,
        at -> BigInt,
        signed -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    audit_head (id) {
        id -> Integer,
        seq -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        account_id -> Text,
        device -> Text,
        address -> Nullable<Text>,
        factor -> Text,
        salt -> Binary,
        generation -> Integer,
        heard -> Integer,
        created_at -> BigInt,
        refreshed_at -> BigInt,
        used_at -> BigInt,
        ends_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        kind -> Text,
        object -> Text,
        payload -> Text,
        division -> Nullable<Text>,
        requested_by -> Text,
        reason -> Text,
        requested_at -> BigInt,
        expires_at -> BigInt,
        state -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        refusal -> Nullable<Text>,
        executed_at -> Nullable<BigInt>,
        integrity_key -> Integer,
        integrity_code -> Binary,
    }
}

diesel::table! {
    former_passwords (id) {
        id -> Text,
        account_id -> Text,
        password_hash -> Text,
    }
}

diesel::table! {
    totp_factors (account_id) {
        account_id -> Text,
        secret_ciphertext -> Binary,
        algorithm -> Text,
        last_step -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    recovery_codes (account_id, digest) {
        account_id -> Text,
        digest -> Binary,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    failed_sign_ins (subject) {
        subject -> Binary,
        failures -> Integer,
        last_at -> BigInt,
        locked_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    collection_outbox (name) {
        name -> Text,
        seq -> BigInt,
        paused_at -> Nullable<BigInt>,
        failures -> BigInt,
        failing_since -> Nullable<BigInt>,
        retry_at -> BigInt,
        last_error -> Nullable<Text>,
        succeeded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    collection_exceptions (certificate_id) {
        certificate_id -> Text,
        seq -> BigInt,
        state -> Text,
        mending -> Bool,
        reason -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    collection_incidents (id) {
        id -> Text,
        kind -> Text,
        begun_at -> BigInt,
        begun_by -> Text,
        note -> Text,
        first_seq -> BigInt,
        cleared_at -> Nullable<BigInt>,
        cleared_by -> Nullable<Text>,
        last_seq -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        overdue -> BigInt,
        made_good_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    reconciliations (id) {
        id -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        here -> BigInt,
        there -> BigInt,
        waiting -> BigInt,
        differences -> BigInt,
    }
}

diesel::table! {
    collection_differences (reconciliation_id, certificate_id) {
        reconciliation_id -> Text,
        certificate_id -> Text,
        kind -> Text,
        here -> Nullable<Text>,
        there -> Nullable<Text>,
        mended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    provinces (iss) {
        iss -> Text,
        name -> Text,
        url -> Text,
        roots -> Text,
        registered_at -> BigInt,
        trust_list -> Nullable<Binary>,
        trust_at -> Nullable<BigInt>,
        status_list -> Nullable<Binary>,
        status_at -> Nullable<BigInt>,
        status_end -> Nullable<BigInt>,
        heard_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    collected_certificates (certificate_id) {
        certificate_id -> Text,
        iss -> Text,
        seq -> BigInt,
        version -> Integer,
        status -> Text,
        review_overdue -> Bool,
        identifier -> Text,
        recorded_at -> BigInt,
        received_at -> BigInt,
    }
}

diesel::table! {
    collected_versions (certificate_id, version) {
        certificate_id -> Text,
        version -> Integer,
        iss -> Text,
        status_index -> BigInt,
        replaced_as -> Nullable<Text>,
        credential -> Binary,
        items_ciphertext -> Binary,
    }
}

diesel::table! {
    collected_events (iss, event_id) {
        iss -> Text,
        event_id -> Text,
        arrival -> BigInt,
        seq -> BigInt,
        certificate_id -> Text,
        event -> Text,
        version -> Integer,
        status -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    encryption_keys (id) {
        id -> Text,
        account_id -> Text,
        public_key -> Binary,
        kid -> Text,
        label -> Text,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        grantor -> Text,
        granted_by -> Text,
        holder_id -> Text,
        division -> Text,
        recipient_id -> Text,
        purpose_ciphertext -> Binary,
        basis_ciphertext -> Nullable<Binary>,
        certificates -> Text,
        items -> Text,
        valid_from -> BigInt,
        valid_until -> BigInt,
        uses_allowed -> Integer,
        uses_taken -> Integer,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        revoked_by -> Nullable<Text>,
        integrity_key -> Integer,
        integrity_code -> Binary,
    }
}

diesel::table! {
    grant_certificates (grant_id, certificate_id) {
        grant_id -> Text,
        certificate_id -> Text,
    }
}

diesel::table! {
    grant_uses (id) {
        id -> Text,
        grant_id -> Text,
        certificate_id -> Text,
        version -> Integer,
        holder_id -> Text,
        recipient_id -> Text,
        key_id -> Text,
        used_at -> BigInt,
    }
}

diesel::table! {
    copies (id) {
        id -> Text,
        serial -> Text,
        certificate_id -> Text,
        version -> Integer,
        holder_id -> Text,
        division -> Text,
        grant_id -> Nullable<Text>,
        maker -> Text,
        made_by -> Text,
        recipient_ciphertext -> Binary,
        purpose_ciphertext -> Binary,
        items -> Text,
        code_ciphertext -> Binary,
        made_at -> BigInt,
        ends_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    copy_files (id) {
        id -> Text,
        copy_id -> Text,
        format -> Text,
        file_ciphertext -> Binary,
        digest -> Binary,
    }
}

diesel::table! {
    nonconformities (id) {
        id -> Text,
        certificate_id -> Text,
        rule -> Text,
        severity -> Text,
        items -> Text,
        kind -> Text,
        division -> Text,
        state -> Text,
        first_version -> Integer,
        first_seen -> BigInt,
        last_seen -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_as -> Nullable<Text>,
        closed_version -> Nullable<Integer>,
        closed_seq -> Nullable<BigInt>,
        assigned_account -> Nullable<Text>,
        assigned_division -> Text,
        exception_approval -> Nullable<Text>,
        excepted_version -> Nullable<Integer>,
    }
}

diesel::table! {
    correction_requests (id) {
        id -> Text,
        nonconformity_id -> Text,
        certificate_id -> Text,
        division -> Text,
        message -> Text,
        requested_by -> Text,
        requested_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    conformity_checks (certificate_id) {
        certificate_id -> Text,
        seq -> BigInt,
        rules -> Text,
        checked_at -> BigInt,
        kind -> Text,
        division -> Text,
        in_force -> Bool,
        conforming -> Bool,
        holder_id -> Text,
        plate -> Nullable<Text>,
        plate_colour -> Nullable<Integer>,
    }
}

diesel::table! {
    conformity_tallies (day, division, kind) {
        day -> Integer,
        division -> Text,
        kind -> Text,
        in_force -> BigInt,
        conforming -> BigInt,
    }
}

diesel::table! {
    conformity_marks (name) {
        name -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    conformity_runs (id) {
        id -> Text,
        occasion -> Text,
        division -> Text,
        kind -> Nullable<Text>,
        requested_by -> Text,
        requested_at -> BigInt,
        after_id -> Text,
        checked -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    conformity_rule_sets (id) {
        id -> Text,
        version -> Text,
        since -> BigInt,
        content -> Text,
    }
}

diesel::joinable!(certificates -> holders (holder_id));
diesel::joinable!(certificate_versions -> certificates (certificate_id));
diesel::joinable!(certificate_events -> certificates (certificate_id));
diesel::joinable!(ingest_findings -> ingest_batches (batch_id));
diesel::joinable!(devices -> accounts (account_id));
diesel::joinable!(device_credentials -> devices (device_id));
diesel::joinable!(device_credentials -> certificates (certificate_id));
diesel::joinable!(presentations -> certificates (certificate_id));
diesel::joinable!(activations -> certificates (certificate_id));
diesel::joinable!(accounts -> holders (holder_id));
diesel::joinable!(service_keys -> accounts (account_id));
diesel::joinable!(service_nonces -> service_keys (kid));
diesel::joinable!(bindings -> wechat_users (wechat_user_id));
diesel::joinable!(bindings -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(former_passwords -> accounts (account_id));
diesel::joinable!(totp_factors -> accounts (account_id));
diesel::joinable!(recovery_codes -> accounts (account_id));

diesel::joinable!(copy_files -> copies (copy_id));
diesel::joinable!(grant_certificates -> grants (grant_id));

diesel::joinable!(conformity_checks -> certificates (certificate_id));
diesel::joinable!(correction_requests -> nonconformities (nonconformity_id));
diesel::joinable!(nonconformities -> certificates (certificate_id));

diesel::allow_tables_to_appear_in_same_query!(
    lookups,
    lookup_hits,
    approvals,
    holders,
    certificates,
    certificate_versions,
    certificate_events,
    collection_exceptions,
    status_indices,
    ingest_batches,
    ingest_findings,
    signing_keys,
    trust_lists,
    status_lists,
    data_keys,
    accounts,
    service_keys,
    service_nonces,
    wechat_users,
    bindings,
    devices,
    device_credentials,
    presentations,
    receipts,
    activations,
    sessions,
    former_passwords,
    failed_sign_ins,
    totp_factors,
    recovery_codes,
    score_facts,
    score_uses,
    encryption_keys,
    grants,
    grant_certificates,
    grant_uses,
    copies,
    copy_files,
    nonconformities,
    correction_requests,
    conformity_checks,
    conformity_tallies,
    conformity_marks,
    conformity_runs,
    conformity_rule_sets,
);
